// Every phone shows its newest text, and a text that was sent leaves the box it was written in.
(() => {
  const show = () => {
    for (const screen of document.querySelectorAll(".screen")) screen.scrollTop = screen.scrollHeight;
  };
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("submit", (event) => {
    const box = event.target.querySelector("input[name=body]");
    if (box) setTimeout(() => { box.value = ""; }, 0);
  });
})();
