import { describe, expect, it } from "vitest";
import { decodeHistory } from "../../src/client/order_history";
import { language } from "../../src/kit/words.svelte";
import { moments, sentence } from "../../src/screens/status/story";

const WHO = { kind: "device", id: "till-1", name: "계산대", device: { id: "till-1", name: "계산대" }, staff: { id: "s", name: "김민지" } };

function read(...entries: readonly object[]) {
  const whole = entries.map((entry, at) => ({ seq: 100 - at, at: "2026-02-01T14:03:00+09:00", atMs: 1_000, who: WHO, changes: [], ...entry }));
  return decodeHistory({ entries: whole }).entries;
}

function told(change: object): string {
  const [entry] = read({ changes: [change] });
  return entry?.changes.map(sentence).join() ?? "";
}

describe("the story of an order", () => {
  it("says one change in one sentence", () => {
    const line = { id: "l", title: "칼국수", quantity: 3 };
    expect(told({ code: "line.quantity-changed", line, from: 2, to: 3 })).toBe("칼국수 2 → 3");
    expect(told({ code: "line.added", line, amount: 27_000 })).toBe("칼국수 ×3 추가 · 27,000원");
    expect(told({ code: "order.memo-changed", to: "창가" })).toBe("메모 없음 → “창가”");
    expect(told({ code: "payment.approved", payment: { id: "p", sourceType: "CASH" }, amount: 9_000 })).toBe("현금 9,000원 결제");
    expect(told({ code: "kitchen.sent", ticket: "t", lines: [{ ...line, previous: 2 }] })).toBe("주방 전달: 칼국수 2 → 3");
    expect(told({ code: "table.moved", fromTable: { id: 1, title: "1번" }, toTable: { id: 7 } })).toBe("테이블 1번 → #7");
  });

  it("says nothing of a ticket that only follows a merge", () => {
    const line = { id: "l", title: "칼국수", quantity: 2, previous: 2 };
    expect(told({ code: "kitchen.sent", ticket: "t", lines: [line] })).toBe("");
  });

  it("speaks English too", () => {
    language.current = "en";
    expect(told({ code: "payment.refunded", payment: { id: "p", sourceType: "CARD" }, amount: 9_000 })).toBe("₩9,000 refunded (Card)");
    language.current = "ko";
  });

  it("leaves out codes it does not know and changes it cannot read", () => {
    expect(told({ code: "drone.landed", line: { id: "l", title: "x", quantity: 1 } })).toBe("");
    expect(told({ code: "line.added", line: 5 })).toBe("");
    expect(moments(read({ changes: [{ code: "drone.landed" }] }))).toEqual([]);
  });

  it("tells what happened in one moment together, in its order", () => {
    const [moment, ...more] = moments(
      read(
        { changes: [{ code: "order.completed" }] },
        { changes: [{ code: "payment.approved", payment: { id: "p", sourceType: "CASH" }, amount: 9_000 }], approvedBy: { id: "m", name: "박점장" } },
      ),
    );
    expect(more).toEqual([]);
    expect(moment).toMatchObject({
      key: 100,
      time: "14:03",
      who: "김민지",
      where: "계산대",
      approvedBy: "박점장",
      sentences: ["현금 9,000원 결제", "주문 완료"],
    });
  });

  it("keeps apart what others did, and what was done apart within a second", () => {
    const other = { ...WHO, staff: { id: "t", name: "이준호" } };
    const called = [{ code: "order.called" }];
    const found = moments(read({ changes: called, atMs: 1_400 }, { changes: called }, { who: other, changes: called }));
    expect(found.map(({ who }) => who)).toEqual(["김민지", "김민지", "이준호"]);
  });

  it("names the shop itself, plugins, and people who are gone", () => {
    const names = [
      { kind: "system", id: "system" },
      { kind: "plugin", id: "com.example.qr", name: "QR" },
      { kind: "plugin", id: "gone" },
      { kind: "device", id: "d", name: "계산대", staff: { id: "s" } },
    ].map((who) => moments(read({ who, changes: [{ code: "order.called" }] }))[0]?.who);
    expect(names).toEqual(["매장 시스템", "QR", "gone", "삭제된 직원"]);
  });
});
