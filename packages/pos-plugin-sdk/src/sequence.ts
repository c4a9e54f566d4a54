const MOST_SEEN = 4_096;

/** What of the numbered events arrived and was handled: repeats are known, and the number to resume after. */
export class Sequence {
  private readonly open = new Map<number, number>();
  private seen = new Set<string>();
  private newest = 0;
  private floor = 0;

  /** The stream starts (again) after this number. */
  beginAt(seq: number): void {
    this.newest = this.floor = seq;
    this.open.clear();
    this.seen.clear();
  }

  /** Everything up to here was handled. */
  get handled(): number {
    return this.open.size === 0 ? this.newest : Math.min(...this.open.keys()) - 1;
  }

  /** Takes a push in; false when it came before. */
  isNews(seq: number, topic: string): boolean {
    const mark = `${String(seq)} ${topic}`;
    if (seq <= this.floor || this.seen.has(mark)) return false;
    this.seen.add(mark);
    this.newest = Math.max(this.newest, seq);
    if (this.seen.size > MOST_SEEN) {
      this.floor = this.handled - 1;
      this.seen = new Set([...this.seen].filter((kept) => Number.parseInt(kept, 10) > this.floor));
    }
    return true;
  }

  begin(seq: number): void {
    this.open.set(seq, (this.open.get(seq) ?? 0) + 1);
  }

  finish(seq: number): void {
    const left = (this.open.get(seq) ?? 1) - 1;
    if (left > 0) this.open.set(seq, left);
    else this.open.delete(seq);
  }
}
