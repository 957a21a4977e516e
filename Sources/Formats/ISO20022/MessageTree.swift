/// A message as a tree of named elements, whichever syntax it came in. Elements are numbered in document order; 0 is an
/// unnamed one above all.
///
/// Scanners build it with `begin` and `end`, which nest; readers ask for children by name and for text by path.
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
        fileprivate(set) var firstChild: Int32 = -1
        fileprivate(set) var lastChild: Int32 = -1
        fileprivate(set) var next: Int32 = -1

        /// Whether it has no child elements.
        var isLeaf: Bool { firstChild < 0 }
    }

    /// More would be more memory than a record of the largest size deserves.
    static let elementLimit = 250_000

    /// All elements in document order, so that a parent stands before its children. The first is the unnamed one.
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
        elements.append(Element(name: name, namespace: namespace, declared: declared, at: at))
        if elements[parent].lastChild >= 0 {
            elements[Int(elements[parent].lastChild)].next = index
        } else {
            elements[parent].firstChild = index
        }
        elements[parent].lastChild = index
        open.append(index)
        return true
    }

    /// Ends the element that is open. Where its members are those of an amount in JSON, they become its currency and text.
    mutating func end(text: String) {
        let index = Int(open.removeLast())
        if elements[index].isLeaf { return elements[index].text = text }
        guard let code = child(index, "Ccy") ?? child(index, "@Ccy"), elements[code].isLeaf else { return }
        guard let value = child(index, "amt") ?? child(index, "#text") ?? child(index, "value") else { return }
        elements[index].currency = elements[code].text
        elements[index].text = elements[value].text
    }

    /// Sets the currency of the element that is open.
    mutating func setCurrency(_ code: String) { elements[Int(open[open.count - 1])].currency = code }

    /// All direct children of this name, in document order.
    func children(_ element: Int, _ name: String) -> [Int] {
        var out: [Int] = []
        var index = elements[element].firstChild
        while index >= 0 {
            if elements[Int(index)].name == name { out.append(Int(index)) }
            index = elements[Int(index)].next
        }
        return out
    }

    /// The first direct child of this name; takes time in proportion to the children before it.
    func child(_ element: Int, _ name: String) -> Int? {
        var index = elements[element].firstChild
        while index >= 0 {
            if elements[Int(index)].name == name { return Int(index) }
            index = elements[Int(index)].next
        }
        return nil
    }

    /// The element that a path of first children leads to; the element itself for an empty path.
    func child(_ element: Int, path: [String]) -> Int? {
        var at = element
        for name in path {
            guard let next = child(at, name) else { return nil }
            at = next
        }
        return at
    }

    /// The text of the first of `paths` that leads to one.
    func text(_ element: Int, _ paths: [String]...) -> String? {
        for path in paths {
            if let found = child(element, path: path), !elements[found].text.isEmpty { return elements[found].text }
        }
        return nil
    }
}
