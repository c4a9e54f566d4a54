import { describe, expect, it } from "vitest";
import table from "../../../docs/contract/messages.json?raw";
import { actionLabel } from "../../src/screens/sign-in/actions";

interface Message {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const approved = (JSON.parse(table) as readonly Message[]).filter(({ data }) => data !== undefined && "approvalId?" in data);

describe("what a manager is asked to approve", () => {
  it.each(approved.map(({ name }) => name))("is told by its name, not as the message %s", (name) => {
    expect(actionLabel(name)).not.toBe(name);
  });

  it("is on the list of messages", () => {
    expect(approved.map(({ name }) => name)).toContain("order.cancel.request");
  });
});
