import { ShopError } from "../client/errors";
import { language, t } from "../kit/words.svelte";

/** What to tell staff of a failure: the shop's own sentence where it gave one, else ours (`refusal`). */
export function trouble(error: unknown): string {
  if (!(error instanceof ShopError)) return t("failed");
  const ours = error.data[language.current];
  if (typeof ours === "string") return ours;
  if (error.message !== "") return error.message;
  return error.code === "HOST_UNAVAILABLE" ? t("lost") : t("failed");
}
