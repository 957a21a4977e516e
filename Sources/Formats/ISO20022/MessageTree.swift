/// A message as a tree of named elements, whichever syntax it came in. Elements are numbered in document order, so that an
/// element stands before what is in it, and that before what comes after it; 0 is an unnamed one above all.
///
/// Scanners build it with `begin` and `end`, which nest; readers ask for children by name and for their text.
struct MessageTree {
    struct Element {
        /// The local name, without a prefix.
        var name: String
        /// The URI that the name is of; empty where there is none.
        var namespace: String
        /// The first URI that the element itself declares a prefix for.
        var declared = ""
        /// A leaf's text without white space around it.
        var text = ""
        /// The attribute `Ccy`.
        var currency: String?
        /// Where it begins, in bytes of the text.
        var at: Int
        /// The element around it; 0 is its own.
        fileprivate(set) var parent: Int32 = 0
        fileprivate(set) var firstChild: Int32 = -1
        fileprivate(set) var lastChild: Int32 = -1
        fileprivate(set) var next: Int32 = -1

        /// Whether it has no child elements.
        var isLeaf: Bool { firstChild < 0 }
    }

    /// More would be more memory than a record of the largest size deserves.
    static let elementLimit = 250_000

    /// All elements in document order. The first is the unnamed one.
    private(set) var elements = [Element(name: "", namespace: "", at: 0)]
    /// Elements that have begun and not ended, innermost last.
    private var open: [Int32] = [0]

    /// False where there are too many.
    ///
    /// - Parameter at: where the element begins, in bytes of the text.
    mutating func begin(_ name: String, namespace: String = "", declared: String = "", at: Int) -> Bool {
        guard elements.count <= Self.elementLimit else { return false }
        let index = Int32(elements.count)
        let parent = Int(open[open.count - 1])
        elements.append(
            Element(name: name, namespace: namespace, declared: declared, at: at, parent: Int32(parent)))
        if elements[parent].lastChild >= 0 {
            elements[Int(elements[parent].lastChild)].next = index
        } else {
            elements[parent].firstChild = index
        }
        elements[parent].lastChild = index
        open.append(index)
        return true
    }

    /// Ends the element that is open; the text counts where it is a leaf.
    ///
    /// - Returns: the element.
    @discardableResult
    mutating func end(text: String) -> Int {
        let index = Int(open.removeLast())
        if elements[index].isLeaf { elements[index].text = text }
        return index
    }

    /// Sets the currency of the element that is open.
    mutating func setCurrency(_ code: String) { elements[Int(open[open.count - 1])].currency = code }

    /// Gives an element that has children a text and a currency of its own.
    mutating func set(_ element: Int, text: String, currency: String?) {
        elements[element].text = text
        elements[element].currency = currency
    }

    /// The direct children of an element, in document order.
    struct Children: Sequence, IteratorProtocol {
        fileprivate let tree: MessageTree
        fileprivate var index: Int32

        mutating func next() -> Int? {
            guard index >= 0 else { return nil }
            defer { index = tree.elements[Int(index)].next }
            return Int(index)
        }
    }

    func children(_ element: Int) -> Children { Children(tree: self, index: elements[element].firstChild) }

    /// All direct children of this name, in document order.
    func children(_ element: Int, _ name: String) -> [Int] { children(element).filter { elements[$0].name == name } }

    /// The first direct child of this name; takes time in proportion to the children before it.
    func child(_ element: Int, _ name: String) -> Int? {
        var index = elements[element].firstChild
        while index >= 0 {
            if elements[Int(index)].name == name { return Int(index) }
            index = elements[Int(index)].next
        }
        return nil
    }

    /// The first direct child.
    func child(first element: Int) -> Int? {
        elements[element].isLeaf ? nil : Int(elements[element].firstChild)
    }

    /// Whether an element has several children of a name.
    func hasSeveral(_ element: Int, _ name: String) -> Bool {
        guard let first = child(element, name) else { return false }
        var index = elements[first].next
        while index >= 0, elements[Int(index)].name != name { index = elements[Int(index)].next }
        return index >= 0
    }

    /// The element around this one.
    func parent(_ element: Int) -> Int { Int(elements[element].parent) }

    /// The element and all that is in it.
    func subtree(_ element: Int) -> ClosedRange<Int> {
        var last = element
        while !elements[last].isLeaf { last = Int(elements[last].lastChild) }
        return element...last
    }

    /// The first child's text; nil where it has none.
    func text(_ element: Int, _ name: String) -> String? {
        guard let found = child(element, name), !elements[found].text.isEmpty else { return nil }
        return elements[found].text
    }

    /// The text that first children of these names, one in the other, lead to.
    func text(_ element: Int, _ outer: String, _ inner: String) -> String? {
        child(element, outer).flatMap { text($0, inner) }
    }

    /// A code of a list, or else the sender's own word: `Cd` or `Prtry`.
    func code(_ element: Int, _ name: String) -> String? {
        child(element, name).flatMap { text($0, "Cd") ?? text($0, "Prtry") }
    }

    /// All that an element says as `code` does, codes of a list first.
    func codes(_ element: Int) -> [String] {
        (children(element, "Cd") + children(element, "Prtry")).map { elements[$0].text }.filter { !$0.isEmpty }
    }
}
