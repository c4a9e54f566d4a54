// First script of every page of a plugin. It leaves no trace of itself: the page's code finds the document its author wrote.
import { guard } from "./guarding";

guard(window);
document.currentScript?.remove();
