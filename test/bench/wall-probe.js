/**
 * @file Runs in the page that the wall's benchmark looks at, before its own code: notes frames while it is told to, and the way from a key to painted
 * results. Plain JavaScript, since the browser takes it as it lies.
 */
(() => {
  let frames = [];
  let notesFrames = false;
  let tasks = [];
  let key = null;
  /** Calls since the last key. */
  let calls = [];

  new PerformanceObserver((list) => calls.push(...list.getEntries())).observe({ type: 'resource' });

  new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ at: startTime, duration })));
  }).observe({ type: 'longtask', buffered: true });

  const isSearch = (url) => new URL(url, location.href).pathname === '/api/search';

  const plainFetch = window.fetch;
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!key || key.sent > 0 || !isSearch(url)) return plainFetch(input, init);
    key.sent = performance.now();
    const mine = key;
    const response = await plainFetch(input, init);
    mine.answered = performance.now();
    return response;
  };

  addEventListener(
    'keydown',
    (event) => {
      calls = [];
      performance.clearResourceTimings();
      key = { at: event.timeStamp, sent: 0, answered: 0, drawn: 0, painted: 0, pictures: 0 };
    },
    { capture: true },
  );

  /** After the next frame is painted: the one after it has begun. */
  const onPainted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));

  // The wall is busy while it shows the answer before. It ceases to be with the tiles of the new one.
  new MutationObserver((records) => {
    if (!key?.answered || key.drawn > 0) return;
    if (!records.some(({ target }) => target.getAttribute('role') === 'grid' && target.getAttribute('aria-busy') === 'false')) return;
    const mine = key;
    mine.drawn = performance.now();
    onPainted((at) => {
      mine.painted = at;
    });
    waitForPictures(mine);
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['aria-busy'] });

  function waitForPictures(mine) {
    const seen = [...document.querySelectorAll('[data-scroller] img')].filter((image) => {
      const { top, bottom } = image.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    if (seen.length > 0 && seen.every((image) => image.complete)) {
      onPainted((at) => {
        mine.pictures = at;
      });
    } else requestAnimationFrame(() => waitForPictures(mine));
  }

  const noteFrame = (at) => {
    if (!notesFrames) return;
    frames.push(at);
    requestAnimationFrame(noteFrame);
  };

  window.wallProbe = {
    startFrames() {
      frames = [];
      tasks = [];
      notesFrames = true;
      requestAnimationFrame(noteFrame);
    },
    stopFrames() {
      notesFrames = false;
      return { frames, tasks };
    },
    /** The last key that was pressed, once its results are painted. */
    key() {
      if (!key?.pictures) return null;
      const call = (path) => calls.find(({ name, startTime }) => name.endsWith(path) && startTime >= key.sent - 1);
      const outline = call('/api/outline');
      return { ...key, received: call('/api/search')?.responseEnd ?? 0, outline: outline ? outline.responseEnd - outline.startTime : null };
    },
    /** As the scroll bar is dragged: a bit further each frame. Shares of the way. */
    drag(from, to, milliseconds) {
      const scroller = document.querySelector('[data-scroller]') ?? document.scrollingElement;
      const way = scroller.scrollHeight - scroller.clientHeight;
      const begun = performance.now();
      return new Promise((resolve) => {
        const step = () => {
          const share = Math.min(1, (performance.now() - begun) / milliseconds);
          scroller.scrollTop = way * (from + (to - from) * share);
          if (share < 1) requestAnimationFrame(step);
          else resolve();
        };
        step();
      });
    },
  };
})();
