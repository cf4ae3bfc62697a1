// The editor of an issue: entries are put in order by dragging their grip, or with Alt and an arrow on it; the form of the
// entry does the rest, as its buttons do without a script. And words that were not saved are not lost in silence.
(() => {
  "use strict";
  let dragged = null;
  let target = null;
  let moved = null;

  const entries = () => [...document.querySelectorAll(".order .entry")];
  const unmark = () => entries().forEach((it) => it.classList.remove("is-target", "is-target-below", "is-dragged"));

  const move = (entry, place) => {
    const form = entry.querySelector("form.moves");
    const button = document.createElement("button");
    button.name = "to";
    button.value = place;
    button.hidden = true;
    form.append(button);
    moved = entry.id;
    form.requestSubmit(button);
    button.remove();
  };

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0) return;
    dragged = grip.closest(".entry");
    dragged.classList.add("is-dragged");
    grip.setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const over = under && under.closest(".order .entry");
    unmark();
    dragged.classList.add("is-dragged");
    target = over && over !== dragged ? over : null;
    if (!target) return;
    const isDown = Number(target.dataset.place) > Number(dragged.dataset.place);
    target.classList.add(isDown ? "is-target-below" : "is-target");
  });
  const release = (event) => {
    if (!dragged) return;
    const [entry, over] = [dragged, target];
    [dragged, target] = [null, null];
    unmark();
    if (over && event.type === "pointerup") move(entry, over.dataset.place);
  };
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", release);

  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest && event.target.closest(".grip");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !event.altKey || !step) return;
    event.preventDefault();
    const entry = grip.closest(".entry");
    const place = Number(entry.dataset.place) + step;
    if (place >= 1 && place <= entries().length) move(entry, place);
  });
  document.addEventListener("htmx:after:swap", () => {
    const grip = moved && document.querySelector(`#${moved} .grip`);
    moved = null;
    if (grip) grip.focus();
    // What was refused is said beside its form: there the page stands, wherever it was.
    const refused = document.querySelector("[role=alert].refused");
    if (!refused) return;
    refused.focus({ preventScroll: true });
    refused.scrollIntoView({ block: "center" });
  });

  // Words in other forms than the one that is sent.
  const isChanged = (form) =>
    [...form.querySelectorAll("input:not([type=hidden]), textarea")].some((it) => it.value !== it.defaultValue);
  const changed = () => [...document.querySelectorAll("form.words, #note")].filter(isChanged);
  let isSent = false;
  document.addEventListener("submit", (event) => {
    const others = changed().filter((form) => form !== event.target);
    if (others.length && !window.confirm("另有修改过的文字还没有保存，继续会丢掉这些文字。仍要继续吗？")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    isSent = true;
    window.setTimeout(() => { isSent = false; }, 2000);
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && changed().length) event.preventDefault();
  });

  // Whoever was signed out meanwhile keeps the form: it is sent again after signing in elsewhere, with the new token.
  let isOut = false;
  document.addEventListener("htmx:before:swap", (event) => {
    const response = event.detail && event.detail.ctx && event.detail.ctx.response;
    if (!response || ![401, 403, 413, 500, 503].includes(response.status)) return;
    event.preventDefault();
    isOut = true;
    window.alert("没有保存：登录可能已过期，或系统忙。请在另一个窗口登录，回到这里再按一次保存；文字还在表单里。");
  });
  window.addEventListener("focus", async () => {
    if (!isOut) return;
    const page = await fetch(window.location.pathname).then((response) => response.text());
    const csrf = new DOMParser().parseFromString(page, "text/html").body.dataset.csrf;
    if (!csrf) return;
    isOut = false;
    document.body.dataset.csrf = csrf;
    document.querySelectorAll("input[name=csrf]").forEach((it) => { it.value = csrf; });
  });
  document.addEventListener("htmx:config:request", (event) => {
    const request = event.detail && event.detail.ctx && event.detail.ctx.request;
    if (request && request.headers) request.headers["X-CSRF-Token"] = document.body.dataset.csrf;
  });
})();
