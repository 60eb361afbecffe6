import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/// A box under its anchor that closes on Escape, on a click elsewhere and when the focus leaves it. The anchor is the
/// element before it inside a `.popup-host`.
export function Popup({
  label,
  wide,
  onClose,
  children,
}: {
  label: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => keepOnScreen(box), []);
  useEffect(() => {
    const outside = (event: Event) => {
      if (!box.current?.parentElement?.contains(event.target as Node)) onClose();
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      box.current?.parentElement?.querySelector("button")?.focus();
      onClose();
    };
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", closeOnEscape, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", closeOnEscape, true);
    };
  });
  return (
    <div ref={box} class={`popup ${wide ? "popup-wide" : ""}`} role="dialog" aria-label={label}>
      {children}
    </div>
  );
}

function keepOnScreen(box: RefObject<HTMLDivElement | null>): void {
  const element = box.current;
  if (!element) return;
  const overflow = element.getBoundingClientRect().right - (document.documentElement.clientWidth - 8);
  if (overflow > 0) element.style.translate = `${-overflow}px 0`;
}
