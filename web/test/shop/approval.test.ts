import { describe, expect, it } from "vitest";
import type { ShopError } from "../../src/client/errors";
import { Approvals, type Question } from "../../src/shop/approval.svelte";
import { FakeTill, settled } from "./till";

/** A till where acts are begun that the shop wants approved: each is told what it brings. */
function counter() {
  const till = new FakeTill();
  const approvals = new Approvals(till.till);
  const brought: (string | undefined)[] = [];
  const begin = async (act: string) => {
    const done = approvals.run(async (approvalId) => {
      brought.push(approvalId);
      await till.till.do("order.cancel.request", { act, approvalId });
    });
    const end = done.then(
      () => "done",
      (error: unknown) => (error as ShopError).reason,
    );
    await till.at(-1).refuse("점장", "PERMISSION_DENIED", "APPROVAL_NEEDED", { action: "order.cancel", act });
    return end;
  };
  const question = (): Question => {
    if (approvals.question === null) throw new Error("nothing is asked");
    return approvals.question;
  };
  return { till, approvals, brought, begin, question };
}

describe("a manager's approval (SEC-1)", () => {
  it("lets the act through that it was asked for", async () => {
    const { till, approvals, brought, begin, question } = counter();
    const end = begin("first");
    await settled();
    expect(question()).toMatchObject({ action: "order.cancel", act: "first" });
    const approved = approvals.approve(question(), "2222");
    expect(till.at(-1)).toMatchObject({
      name: "staff.approve.request",
      data: { pin: "2222", action: "order.cancel", act: "first" },
    });
    await till.at(-1).answer({ approvalId: "a1" });
    await approved;
    expect(approvals.question).toBeNull();
    await till.at(-1).answer({});
    await expect(end).resolves.toBe("done");
    expect(brought).toEqual([undefined, "a1"]);
  });

  it.each([
    ["was turned away", (approvals: Approvals) => approvals.turnAway()],
    ["gave way to the next", () => undefined],
  ])("that comes late, when its question %s, leaves the next question as it is", async (_, leave) => {
    const { till, approvals, brought, begin, question } = counter();
    const first = begin("first");
    await settled();
    const late = approvals.approve(question(), "2222");
    const asked = till.at(-1);
    leave(approvals);
    const second = begin("second");
    await settled();
    await expect(first).resolves.toBe("APPROVAL_NEEDED");
    await asked.answer({ approvalId: "a1" });
    await late;
    expect(question().act).toBe("second");
    expect(brought).toEqual([undefined, undefined]);
    approvals.turnAway();
    await expect(second).resolves.toBe("APPROVAL_NEEDED");
  });

  it("is asked for anew, as it is by then, when what it is about changed before the PIN", async () => {
    const { till, approvals, brought, begin, question } = counter();
    const end = begin("fuller cart");
    await settled();
    void approvals.approve(question(), "2222");
    await till.at(-1).answer({ approvalId: "a1" });
    const about = { orderNumber: "A-012", amount: 5_000 };
    await till.at(-1).refuse("점장", "PERMISSION_DENIED", "APPROVAL_NEEDED", { action: "order.cancel", act: "second", about });
    expect(question()).toMatchObject({ act: "second", about });
    void approvals.approve(question(), "2222");
    await till.at(-1).answer({ approvalId: "a2" });
    await till.at(-1).answer({});
    await expect(end).resolves.toBe("done");
    expect(brought).toEqual([undefined, "a1", "a2"]);
  });

  it("is brought again to what a plugin objected to, and asked for anew once it was used", async () => {
    const { till, approvals, brought, begin, question } = counter();
    const vetoed = begin("first");
    await settled();
    void approvals.approve(question(), "2222");
    await till.at(-1).answer({ approvalId: "a1" });
    await till.at(-1).refuse("포인트", "INVALID_STATE", "CANCEL_VETOED");
    await expect(vetoed).resolves.toBe("CANCEL_VETOED");
    const repeat = begin("first");
    await settled();
    expect(approvals.question).toBeNull();
    await till.at(-1).answer({});
    await expect(repeat).resolves.toBe("done");
    const third = begin("first");
    await settled();
    await till.at(-1).refuse("점장", "PERMISSION_DENIED", "APPROVAL_NEEDED", { action: "order.cancel", act: "first" });
    expect(question().act).toBe("first");
    expect(brought).toEqual([undefined, "a1", undefined, "a1", undefined, "a1"]);
    approvals.turnAway();
    await expect(third).resolves.toBe("APPROVAL_NEEDED");
    // Nobody else brings it.
    till.person = { id: "other" };
    const other = begin("first");
    await settled();
    expect(question().act).toBe("first");
    approvals.turnAway();
    await other;
  });

  it("is not asked for where none would help", async () => {
    const { till, approvals } = counter();
    const end = approvals.run(() => till.till.do("draft-order.add-line-item.request", {}));
    await till.at(-1).refuse("점장", "PERMISSION_DENIED", "APPROVAL_NEEDED", { action: "draft-order.add-line-item" });
    await expect(end).rejects.toMatchObject({ reason: "APPROVAL_NEEDED" });
    expect(approvals.question).toBeNull();
  });

  it("stays to be asked after a wrong PIN", async () => {
    const { till, approvals, begin, question } = counter();
    const end = begin("first");
    await settled();
    const wrong = approvals.approve(question(), "9999");
    await till.at(-1).refuse("PIN", "PERMISSION_DENIED", "WRONG_PIN");
    await expect(wrong).rejects.toMatchObject({ reason: "WRONG_PIN" });
    expect(question().act).toBe("first");
    approvals.turnAway();
    await expect(end).resolves.toBe("APPROVAL_NEEDED");
  });
});
