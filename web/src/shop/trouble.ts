import { ShopError } from "../client/errors";
import { t } from "../kit/words.svelte";

/** What to tell staff of a failure: the shop's own sentence where it gave one. */
export function trouble(error: unknown): string {
  if (error instanceof ShopError && error.message !== "") return error.message;
  return error instanceof ShopError ? t("lost") : t("failed");
}
