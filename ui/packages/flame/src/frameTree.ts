/// One entry of the accessible tree.
export interface FrameTreeItem {
  readonly node: number;
  readonly level: number;
  readonly text: string;
  readonly expanded: boolean;
}

/// Most entries the accessible tree holds.
export const MAX_ITEMS = 500;

/// The canvas's twin for assistive technology: a `role="tree"` whose items are the frames on screen. It takes the
/// keyboard focus for the canvas; the focused frame is announced through `aria-activedescendant`.
export class FrameTree {
  readonly element: HTMLElement;
  private static instances = 0;
  private readonly idPrefix = `flame-${++FrameTree.instances}-`;

  constructor(host: HTMLElement, label: string) {
    this.element = document.createElement("div");
    this.element.className = "flame-tree";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "tree");
    this.element.setAttribute("aria-label", label);
    host.append(this.element);
  }

  show(items: readonly FrameTreeItem[], focusNode: number): void {
    const elements = items.map((item) => {
      const element = document.createElement("div");
      element.id = this.idPrefix + item.node;
      element.setAttribute("role", "treeitem");
      element.setAttribute("aria-level", String(item.level));
      element.setAttribute("aria-selected", String(item.node === focusNode));
      if (item.expanded) element.setAttribute("aria-expanded", "true");
      element.textContent = item.text;
      return element;
    });
    this.element.replaceChildren(...elements);
    this.focusOn(focusNode);
  }

  focusOn(node: number): void {
    const id = this.idPrefix + node;
    for (const item of this.element.children) item.setAttribute("aria-selected", String(item.id === id));
    if (document.getElementById(id)) this.element.setAttribute("aria-activedescendant", id);
    else this.element.removeAttribute("aria-activedescendant");
  }
}
