// An element with data-live (a stream's address) gets a "live" event for each message, so that htmx
// can fetch its part of the page anew: hx-trigger="live". A lost stream is opened again by the browser;
// when its ticket has run out, the part is fetched once more and brings a fresh address with it.
const open = new Map();

function listen(element) {
  const address = element.dataset.live;
  if (!address || open.get(element)?.url === address) return;
  open.get(element)?.close();
  const stream = new EventSource(address);
  open.set(element, stream);
  const tell = (detail) => element.dispatchEvent(new CustomEvent("live", { detail, bubbles: false }));
  stream.onmessage = (message) => tell(JSON.parse(message.data));
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => element.isConnected && tell({}), 3000);
  };
}

function look() {
  for (const [element, stream] of open) {
    if (!element.isConnected) {
      stream.close();
      open.delete(element);
    }
  }
  document.querySelectorAll("[data-live]").forEach(listen);
}

new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-live"] });
look();
