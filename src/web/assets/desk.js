// The desk's own script: the token of forms for htmx, and questions before deeds that cannot be taken back. Everything
// works without it; keys of a page stand beside what they press (data-key).
(() => {
  "use strict";
  const csrf = document.body.dataset.csrf;

  // Requests of htmx carry the token of the session.
  document.addEventListener("htmx:config:request", (event) => {
    const context = event.detail && event.detail.ctx;
    if (csrf && context && context.request && context.request.headers) {
      context.request.headers["X-CSRF-Token"] = csrf;
    }
  });

  // <form data-confirm="作废后期号不再使用，确定吗？">
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // What scrolls sideways can be reached by keyboard.
  document.querySelectorAll(".scroll").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });

  // Keys: one press on an element with data-key, while nobody is typing.
  const isTyping = (target) =>
    target.isContentEditable || (/^(input|textarea|select)$/i.test(target.tagName) && target.type !== "checkbox");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const here = document.querySelector(".is-current") || document;
    const key = CSS.escape(event.key);
    const target = here.querySelector(`[data-key="${key}"]`) || document.querySelector(`body [data-key="${key}"]`);
    if (!target) return;
    event.preventDefault();
    if (/^(input|textarea|select)$/i.test(target.tagName)) target.focus();
    else target.click();
  });
})();
