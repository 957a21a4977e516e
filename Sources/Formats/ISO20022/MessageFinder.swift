/// Finds every message of a record, whatever wraps it, so that none is passed over: also those that can't be read.
///
/// A message is known by its own element, by a header in it (`GrpHdr`, `Assgnmt`), or as a `Document` or other element of
/// a namespace of ISO 20022. What is none of these, such as an archive's `Document` or a signature, is looked
/// through for messages and is otherwise no payment.
struct MessageFinder {
    /// A message, or what stands where one should.
    struct Found {
        /// Its own element, where there is one; else what was taken for it.
        var element: Int
        /// What it is; nil for a type, variant or version that is not read.
        var kind: ISOMessage.Kind?
        /// Whether it is of Brazil's instant payments.
        var isPix = false
    }

    private let tree: MessageTree
    /// Whether namespaces say what a message is, as in XML; in JSON its name does, and a type where one is given.
    private let hasNamespaces: Bool
    private var found: [Found] = []
    /// The namespace that was looked at last: most elements are of the same as the one before.
    private var last: (text: String, type: ISONamespace) = ("", .none)

    private init(_ tree: MessageTree, hasNamespaces: Bool) {
        self.tree = tree
        self.hasNamespaces = hasNamespaces
    }

    /// All messages in document order.
    static func find(_ tree: MessageTree, hasNamespaces: Bool) -> [Found] {
        var finder = MessageFinder(tree, hasNamespaces: hasNamespaces)
        // Of an XML document 0 holds the root alone; of JSON it is the object itself.
        finder.visit(0, Scope())
        return finder.found
    }

    /// What holds for an element by what is around it.
    private struct Scope {
        /// The types that are named nearest.
        var types: Set<ISONamespace> = []

        var isOther: Bool { types == [.other] }
        var isMessage: Bool { !types.isEmpty && !isOther }
    }

    /// Finds what is in an element, and the element itself where it is a message.
    private mutating func visit(_ index: Int, _ outer: Scope) {
        let scope = scope(index, outer)
        let element = tree.elements[index]
        let before = found.count
        if let kind = ISOMessage.Kind(element: element.name) {
            // Programs write a member for each kind that there could be, and nothing in it.
            let isNothing = !hasNamespaces && element.isLeaf && element.text.isEmpty
            return isNothing ? () : found.append(message(index, kind, scope))
        }
        if isUnread(index, scope) { return found.append(Found(element: index)) }
        let isDocument = element.name == "Document" && (hasNamespaces ? scope.isMessage : !isForeign(index))
        for child in tree.children(index) {
            let first = found.count
            visit(child, scope)
            if isDocument, found.count == first, isPart(child, of: index) { found.append(Found(element: child)) }
        }
        let isClaim = hasNamespaces && scope.isMessage && (isDocument || !outer.isMessage) && element.name != "AppHdr"
        if isClaim, found.count == before { found.append(Found(element: index)) }
    }

    /// The message of an element that is named as one, where its type is the name's.
    private func message(_ index: Int, _ kind: ISOMessage.Kind, _ scope: Scope) -> Found {
        var scope = scope
        if hasNamespaces, !scope.isMessage, let first = tree.child(first: index) {
            // STEP2 has the element in a namespace of its own, and all that is in it in that of the message.
            scope.types = [ISONamespace(tree.elements[first].namespace)]
        }
        if scope.types.contains(.message(kind, isPix: true)) { return Found(element: index, kind: kind, isPix: true) }
        let isRead = scope.types.contains(.message(kind, isPix: false)) || (!hasNamespaces && scope.types.isEmpty)
        return Found(element: index, kind: isRead ? kind : nil)
    }

    /// Whether an element is or hides a message that is not read: of another type, without its own element, a
    /// transaction by itself, or one that is written into a text.
    private func isUnread(_ index: Int, _ scope: Scope) -> Bool {
        let element = tree.elements[index]
        if ["CdtTrfTxInf", "TxInfAndSts"].contains(element.name) { return true }
        if element.isLeaf {
            return hasNamespaces
                ? scope.isOther || element.text.utf8.first == 60 : Self.holdsMessage(element.text)
        }
        if hasNamespaces, scope.isOther { return true }
        return tree.children(index).contains {
            ["GrpHdr", "Assgnmt"].contains(tree.elements[$0].name) && !tree.elements[$0].isLeaf
        }
    }

    /// Whether a text of JSON is a message once more, in XML or JSON: it begins as they do and names a message's header.
    private static func holdsMessage(_ text: String) -> Bool {
        guard let first = text.utf8.first(where: { $0 > 32 }), "<{[".utf8.contains(first) else { return false }
        return text.contains("GrpHdr") || text.contains("Assgnmt")
    }

    /// Whether a child of a document should be a message: it has children and an element's name, and is of the document's
    /// own namespace, as a signature is not.
    private func isPart(_ child: Int, of document: Int) -> Bool {
        let element = tree.elements[child]
        guard !element.isLeaf else { return false }
        if hasNamespaces { return element.namespace == tree.elements[document].namespace }
        return element.name.utf8.allSatisfy { (65...90).contains($0 & 0xDF) } && element.name != "XMLName"
            && element.name != "Attrs"
    }

    /// Whether a document in JSON names a namespace that is none of ISO 20022.
    private func isForeign(_ document: Int) -> Bool {
        tree.children(document).contains {
            let element = tree.elements[$0]
            return element.isLeaf && element.name.hasSuffix("xmlns") && ISONamespace(element.text) == .none
        }
    }

    // MARK: Types

    private mutating func scope(_ index: Int, _ outer: Scope) -> Scope {
        let types = hasNamespaces ? [namespace(index)] : named(index)
        let isOutside = hasNamespaces ? tree.elements[index].namespace.isEmpty : true
        let own = types.filter { $0 != .none }
        return own.isEmpty && isOutside ? outer : Scope(types: Set(own))
    }

    /// What an element's namespace names. Some senders declare a prefix for the message and then don't use it.
    private mutating func namespace(_ index: Int) -> ISONamespace {
        let element = tree.elements[index]
        guard element.namespace.isEmpty else { return type(element.namespace) }
        let isDocument = element.name == "Document" || ISOMessage.Kind(element: element.name) != nil
        return isDocument ? type(element.declared) : .none
    }

    private mutating func type(_ text: String) -> ISONamespace {
        if text != last.text { last = (text, ISONamespace(text)) }
        return last.type
    }

    /// Whether a member of a JSON object names a type.
    private static func isType(_ name: String) -> Bool {
        switch name {
        case "TxTp", "MsgDefIdr", "Space", "@xmlns", "xmlns": true
        default: name.utf8.count <= 32 && name.contains("xmlns")
        }
    }

    /// Members of a JSON object that name its type in turn.
    private static let headers: Set<String> = ["AppHdr", "BizMsgHdr", "XMLName"]

    /// The types that members of a JSON object name: a namespace, an attribute of one, or a header beside the document.
    private mutating func named(_ index: Int) -> [ISONamespace] {
        var types: [ISONamespace] = []
        for child in tree.children(index) {
            let element = tree.elements[child]
            if element.isLeaf {
                if Self.isType(element.name) { types.append(type(element.text)) }
            } else if JSONShapes.attributes.contains(element.name) || Self.headers.contains(element.name) {
                types += named(child)
            }
        }
        return types
    }
}
