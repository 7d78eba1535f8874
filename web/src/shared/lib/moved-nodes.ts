/** The child of `parent` that holds `node`, which a translator or an extension has wrapped. */
function holder(parent: Node, node: Node): ChildNode | null {
  let at: Node | null = node
  while (at && at.parentNode !== parent) at = at.parentNode
  return at as ChildNode | null
}

/**
 * Page translators put text nodes into elements of their own, and extensions move what they like.
 * React then asks a parent to remove or to go before a child that is not its child any more, which
 * throws, and a page that threw is blank. What was wrapped is found where it is; what has gone
 * needs no removing. Text that must stay true as it changes is marked `translate="no"` instead.
 */
export function surviveMovedNodes(prototype: Node = Node.prototype): void {
  const { removeChild, insertBefore } = prototype
  prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T
    holder(this, child)?.remove()
    return child
  }
  prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null): T {
    const place = before && before.parentNode !== this ? holder(this, before) : before
    return insertBefore.call(this, node, place) as T
  }
}
