/** Has the browser save a file. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Once the browser has begun to read it; at once would be too early for some.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
