import { describe, expect, it } from "vitest";
import { Scans } from "../../src/shop/scans";
import { FakeTill } from "./till";

const GOODS = "8801234567893";
const SECRET = "9100000000000001";

describe("what a scanner read", () => {
  function made() {
    const fake = new FakeTill();
    const scans = new Scans(fake.till, () => undefined, (code) => code === SECRET);
    return { fake, scans, told: () => fake.asked.map(({ data }) => data) };
  }

  it("goes to the newest screen, and plugins hear of it", () => {
    const { scans, told } = made();
    const heard: string[] = [];
    scans.use((code) => heard.push(`first ${code}`));
    const end = scans.use((code) => heard.push(`second ${code}`));
    scans.take(GOODS);
    end();
    scans.take(GOODS);
    expect(heard).toEqual([`second ${GOODS}`, `first ${GOODS}`]);
    expect(told()).toEqual([{ barcode: GOODS }, { barcode: GOODS }]);
  });

  it("stays here where it is a guest's code, or whatever is scanned is one (PAY-9)", () => {
    const { scans, told } = made();
    const heard: string[] = [];
    scans.use((code) => heard.push(code));
    scans.take(SECRET);
    const end = scans.use((code) => heard.push(code), true);
    scans.take(GOODS);
    expect(heard).toEqual([SECRET, GOODS]);
    expect(told()).toEqual([]);
    end();
    scans.take(GOODS);
    expect(told()).toEqual([{ barcode: GOODS }]);
  });
});
