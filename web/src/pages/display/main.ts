import "../../kit/theme.css";
import { mount } from "svelte";
import { keepShell } from "../../offline/register";
import App from "./App.svelte";

const target = document.querySelector("#app");
if (target !== null) mount(App, { target });
keepShell();
