// A view made for paper opens the print dialog once all of it is there.
addEventListener("load", () => print(), { once: true });
