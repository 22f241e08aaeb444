// Escape puts the meaning of a word away until the pointer or the keyboard comes again: it may cover what one reads.
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const word of document.querySelectorAll("a[data-meaning]:is(:hover, :focus)")) {
    word.classList.add("dismissed");
    for (const left of ["mouseleave", "blur"]) word.addEventListener(left, () => word.classList.remove("dismissed"), { once: true });
  }
});
