import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Alerts } from "../../src/surfaces/alerts.svelte";
import { answerOf, startOf, unfit } from "../../src/surfaces/inputs";
import { alertText, cleanCode, plainText } from "../../src/surfaces/plain";
import { Popups } from "../../src/surfaces/popups.svelte";
import { Scanner } from "../../src/surfaces/scanner";
import { soundOf } from "../../src/surfaces/sounds";
import { Toasts } from "../../src/surfaces/toasts.svelte";
import { decodePopup } from "../../src/client/shapes";

const points = { id: "points", name: "Points" };
const toast = (id: string, message: string) => ({ plugin: { id, name: id }, message, level: "info", button: undefined });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("toasts (ui §3)", () => {
  it("stay three seconds, the newest of a plugin in place of its older one", () => {
    const toasts = new Toasts();
    toasts.show(toast("a", "first"));
    toasts.show(toast("a", "second"));
    toasts.show(toast("b", "other"));
    expect(toasts.shown.map(({ message }) => message)).toEqual(["second", "other"]);
    vi.advanceTimersByTime(3_000);
    expect(toasts.shown).toEqual([]);
  });

  it("are five in ten seconds at most", () => {
    const toasts = new Toasts();
    for (let count = 0; count < 9; count += 1) toasts.show(toast(String(count), "x"));
    expect(toasts.shown).toHaveLength(5);
    vi.advanceTimersByTime(10_001);
    toasts.show(toast("late", "x"));
    expect(toasts.shown).toHaveLength(1);
  });

  it("H-77: of plugins never take the place of what the shop itself tells", () => {
    const toasts = new Toasts();
    for (let count = 0; count < 9; count += 1) toasts.show(toast(String(count), "x"));
    for (let count = 0; count < 9; count += 1) toasts.show(toast("", `refused ${String(count)}`));
    expect(toasts.shown.at(-1)?.message).toBe("refused 8");
    expect(toasts.shown).toHaveLength(6);
  });
});

describe("H-74: texts of any shape", () => {
  it("H-74: an alert's text comes from a string, message, description or title, else its JSON", () => {
    expect(alertText("plain")).toEqual({ heading: "", body: "plain" });
    expect(alertText({ title: "T", message: "M" })).toEqual({ heading: "T", body: "M" });
    expect(alertText({ title: "T" })).toEqual({ heading: "T", body: "" });
    expect(alertText({ description: "D" })).toEqual({ heading: "", body: "D" });
    expect(alertText({ odd: 1 }).body).toBe('{"odd":1}');
    expect(alertText(null)).toEqual({ heading: "", body: "" });
    expect(plainText(7)).toBe("7");
  });

  it("H-74: alerts come one at a time", () => {
    const alerts = new Alerts();
    alerts.open(points, "one");
    alerts.open(points, "two");
    expect(alerts.current?.body).toBe("one");
    alerts.close();
    expect(alerts.current?.body).toBe("two");
  });

  it("H-74: a sound is an address, a known name, or the notification", () => {
    expect(soundOf("error")).toEqual({ name: "error" });
    expect(soundOf({ name: "success" })).toEqual({ name: "success" });
    expect(soundOf({ url: "ding.mp3" })).toEqual({ url: "ding.mp3" });
    for (const odd of [null, 7, { name: {} }, "constructor"]) expect(soundOf(odd)).toEqual({ name: "notification" });
  });
});

describe("popups", () => {
  const shown = decodePopup({ popupId: "p", plugin: points, popup: { type: "barcode", productName: "Card" } });

  it("H-67: answer with the request's type; cancel is a success with CANCELLED", async () => {
    const popups = new Popups();
    const first = popups.open("p", points, shown.popup);
    popups.cancel();
    expect(await first).toEqual({ type: "barcode", complete: true, data: { result: "CANCELLED" } });
    const second = popups.open("q", points, shown.popup);
    popups.succeed({ barcode: "880" });
    expect(await second).toEqual({ type: "barcode", complete: true, data: { result: "SUCCESS", barcode: "880" } });
  });

  it("H-67: a second popup is refused while one is open", async () => {
    const popups = new Popups();
    void popups.open("p", points, shown.popup);
    expect(await popups.open("q", points, shown.popup)).toMatchObject({ type: "barcode", complete: false });
    expect(popups.current?.id).toBe("p");
  });

  it("H-67: one the shop takes back is cancelled; another id changes nothing", async () => {
    const popups = new Popups();
    const open = popups.open("p", points, shown.popup);
    popups.takeBack("other");
    expect(popups.current).not.toBeNull();
    popups.takeBack("p");
    expect(await open).toMatchObject({ data: { result: "CANCELLED" } });
    const another = popups.open("q", points, shown.popup);
    popups.takeBack();
    popups.takeBack();
    expect(await another).toMatchObject({ data: { result: "CANCELLED" } });
    expect(popups.current).toBeNull();
  });

  it("H-67: asked again by the shop an open one stays, an answered one repeats its answer", async () => {
    const popups = new Popups();
    void popups.open("p", points, shown.popup);
    const { current } = popups;
    const again = popups.open("p", points, shown.popup);
    expect(popups.current).toBe(current);
    popups.succeed({ barcode: "880" });
    const answer = { type: "barcode", complete: true, data: { result: "SUCCESS", barcode: "880" } };
    expect(await again).toEqual(answer);
    expect(await popups.open("p", points, shown.popup)).toEqual(answer);
    expect(popups.current).toBeNull();
  });

  it("read what plugins wrote without failing", () => {
    const { popup } = decodePopup({
      popupId: "p",
      plugin: points,
      popup: { type: "input", inputs: [{ id: "a", type: "text" }, "odd", { noId: 1 }], cta: { submit: { label: "Go" } } },
    });
    expect(popup.inputs.map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("fields of an input popup (ui §2)", () => {
  const { inputs } = decodePopup({
    popupId: "p",
    plugin: points,
    popup: {
      type: "input",
      inputs: [
        { id: "name", type: "text", label: "Name", required: true },
        { id: "note", type: "text", label: "Note", required: false },
        { id: "count", type: "number", label: "Count", required: false, default: 2 },
        { id: "size", type: "radio", label: "Size", required: true, values: [{ id: "s", label: "S" }] },
        { id: "extra", type: "checkbox", label: "Extra", required: true, values: [{ id: "x", label: "X" }] },
        { id: "gift", type: "toggle", label: "Gift", required: true },
        { id: "sweet", type: "slider", label: "Sweet", required: true, min: 1, max: 5, step: 1 },
      ],
    },
  }).popup;
  const start = Object.fromEntries(inputs.map((input) => [input.id, startOf(input)]));

  it("block the answer while a required one is empty or a number is none", () => {
    expect(unfit(inputs, start)).toEqual(["name", "size", "extra"]);
    expect(unfit(inputs, { ...start, name: "A", size: "s", extra: ["x"], count: "many" })).toEqual(["count"]);
  });

  it("answer values of the settings' types, empty text as it is", () => {
    const values = { ...start, name: "A", size: "s", extra: ["x"] };
    expect(answerOf(inputs, values)).toEqual({
      name: "A",
      note: "",
      count: 2,
      size: "s",
      extra: ["x"],
      gift: false,
      sweet: 1,
    });
  });
});

describe("the scanner (SCN-1)", () => {
  it("is keys faster than a person's, and Enter", () => {
    const scanner = new Scanner();
    const keys = [..."8801234567890"].map((key, index) => scanner.key(key, 1_000 + index * 5));
    expect(keys.every((code) => code === null)).toBe(true);
    expect(scanner.key("Enter", 1_070)).toBe("8801234567890");
  });

  it("leaves a person's typing alone", () => {
    const scanner = new Scanner();
    for (const [index, key] of [..."12345"].entries()) scanner.key(key, index * 180);
    expect(scanner.key("Enter", 1_100)).toBeNull();
  });

  it("takes a quick PIN or amount for no scan", () => {
    const scanner = new Scanner();
    for (const [index, key] of [..."38000"].entries()) scanner.key(key, 1_000 + index * 5);
    expect(scanner.key("Enter", 1_030)).toBeNull();
  });

  it("takes keys for a person's once something was rubbed out", () => {
    const scanner = new Scanner();
    for (const [index, key] of [..."12000", "Backspace", "0"].entries()) scanner.key(key, 1_000 + index * 5);
    expect(scanner.key("Enter", 1_040)).toBeNull();
  });

  it("lets a scanner hold Shift for its capitals", () => {
    const scanner = new Scanner();
    for (const [index, key] of ["Shift", "A", "B", "Shift", "C", ..."123"].entries()) scanner.key(key, 1_000 + index * 5);
    expect(scanner.key("Enter", 1_045)).toBe("ABC123");
  });

  it("takes control characters off", () => {
    expect(cleanCode("\u001d880\u0000 ")).toBe("880");
  });
});
