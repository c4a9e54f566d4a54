// Reloads the page once the reader shows something else. Nothing is reloaded while somebody types.
const shown = document.body.dataset.shown;
let misses = 0;
async function look() {
  try {
    const answer = await fetch('/shown');
    misses = 0;
    if ((await answer.text()) !== shown) {
      location.reload();
      return;
    }
  } catch {
    misses += 1;
  }
  setTimeout(look, Math.min(500 * (misses + 1), 5000));
}
setTimeout(look, 500);
