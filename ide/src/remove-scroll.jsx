// In place of the package react-remove-scroll, with which dialogs keep the page behind them from
// scrolling: this page never scrolls, and the package inserts style elements, which its policy forbids.

export function RemoveScroll({ as: Element, allowPinchZoom, shards, children, ...others }) {
  return <Element {...others}>{children}</Element>;
}
