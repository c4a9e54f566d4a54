import { expect, test } from "vitest";
import { refusal, refusalIn, ShopError } from "../../src/client/errors";
import { trouble } from "../../src/shop/trouble";
import { language } from "../../src/kit/words.svelte";

test("staff read a refusal in the page's language, whoever made it", () => {
  const ours = refusalIn(refusal("TIMEOUT", "제시간에 응답이 없었습니다.", "No answer in time"));
  const theirs = refusalIn({ complete: false, errorMessage: "The table is taken.", error: { code: "CONFLICT" } });
  const wordless = refusalIn({ complete: false, error: { code: "INTERNAL" } });
  language.current = "en";
  expect(trouble(ours)).toBe("No answer in time");
  expect(trouble(theirs)).toBe("The table is taken.");
  expect(trouble(wordless)).toBe("Something went wrong. Please try again.");
  expect(trouble(new ShopError("", "HOST_UNAVAILABLE"))).toBe("Connection lost. Reconnecting…");
  expect(trouble(new TypeError("x"))).toBe("Something went wrong. Please try again.");
  language.current = "ko";
  expect(trouble(ours)).toBe("제시간에 응답이 없었습니다.");
});
