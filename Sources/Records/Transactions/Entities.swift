/// What a transaction names beside its customer and terminal, each in its one spelling (`Spelling`).
package struct Entities: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
    private var names: [EntityKind: String]

    package init(_ names: [EntityKind: String] = [:]) {
        self.names = names
        for (kind, name) in names { self[kind] = name }
    }

    package init(dictionaryLiteral names: (EntityKind, String)...) {
        self.init(Dictionary(names) { _, last in last })
    }

    /// Nil where none is named; what is set is brought to its spelling.
    package subscript(kind: EntityKind) -> String? {
        get { names[kind] }
        set { names[kind] = newValue.map(kind.spelling.canonical) }
    }

    package var isEmpty: Bool { names.isEmpty }
    package var keys: Dictionary<EntityKind, String>.Keys { names.keys }

    package func makeIterator() -> Dictionary<EntityKind, String>.Iterator { names.makeIterator() }
}

extension EntityKind {
    /// How names of the kind are spelled. Codes have one spelling by their form.
    package var spelling: Spelling {
        switch self {
        case .account, .payee: .account
        case .card: .card
        case .ip: .address
        case .merchant, .merchantCategory, .device, .country: .plain
        }
    }
}
