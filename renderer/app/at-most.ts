/** @file True the first time, then again only after a while. */
export function atMostEvery(milliseconds: number, now: () => number = () => performance.now()): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const time = now();
    if (time - last < milliseconds) return false;
    last = time;
    return true;
  };
}
