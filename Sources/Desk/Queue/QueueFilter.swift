package import Policy
package import Records

/// Which alerts somebody looks at. The filter is the page's address: what two people see under one address is filtered alike.
package struct QueueFilter: Hashable, Sendable {
    /// Whose alerts. A raw value stands in addresses.
    package enum Whose: String, Sendable, CaseIterable {
        /// My own, and those that nobody works on.
        case mineOrFree = "mine_or_free"
        case mine, free, anyone
    }

    /// A raw value stands in addresses.
    package enum Shown: String, Sendable, CaseIterable {
        case open, closed
        /// Open ones that are put aside.
        case snoozed
        /// Those that a rule's snooze keeps back.
        case kept
    }

    package var shown = Shown.open
    /// Of open alerts alone.
    package var whose = Whose.mineOrFree
    /// How it came before the desk.
    package var origin: Origin?
    /// The case that it is in.
    package var file: ItemID?
    /// Whether a verdict waits for a second person; nil for all.
    package var awaits: Awaited?
    package var band: Band?
    /// The id of a live rule that matched.
    package var rule: String?
    package var kind: PaymentKind?
    package var channel: PaymentChannel?
    /// Hundredths of the consortium's currency, included.
    package var atLeast: MinorUnits?
    package var atMost: MinorUnits?
    /// 0 to 1, included.
    package var probability: Double?
    /// Of closed alerts alone.
    package var finding: Finding?
    /// One name that the payment has, in its one spelling.
    package var entity: NamedEntity?
    /// The reader's team: no parameter says it, and none lets more through.
    package var team = TeamScope.everything

    /// Whom an alert waits for. A raw value stands in addresses.
    package enum Awaited: String, Sendable, CaseIterable {
        case second
        /// One with a verdict, that was drawn for a second person's.
        case look
        /// Anybody: it is late, and the desk has said so.
        case late
        /// Anybody: it is nearly late, and the desk has said so.
        case soon
        /// A customer or partner: its clock stands.
        case others
    }

    package init() {}

    /// A name that alerts are found by.
    package struct NamedEntity: Hashable, Sendable {
        package var kind: LinkKind
        package var name: String

        package init(_ kind: LinkKind, _ name: String) {
            self.kind = kind
            self.name = kind.spelling.canonical(name)
        }
    }

    /// Why an address is no filter.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The parameter's name, which no text of the request is in; nil where it is none that is known.
        package var field: String?
        package var reason: Mistake

        package init(field: String?, reason: Mistake) {
            self.field = field
            self.reason = reason
        }

        package var description: String { field.map { "\($0): \(reason)" } ?? "\(reason)" }
    }
}

/// The kinds of names that alerts have in common. A raw value is the name in addresses and forms, and the field's in
/// docs/CANONICAL.md.
package enum LinkKind: String, Sendable, Hashable, CaseIterable {
    case customer, terminal, payee, device, card, account, ip

    package var spelling: Spelling {
        switch self {
        case .customer, .terminal: .name
        case .payee, .account: .account
        case .card: .card
        case .ip: .address
        case .device: .plain
        }
    }

    /// What a transaction has of the kind; nil where it names none.
    package func name(in transaction: Transaction) -> String? {
        switch self {
        case .customer: transaction.customer
        case .terminal: transaction.terminal
        case .payee: transaction.entities[.payee]
        case .device: transaction.entities[.device]
        case .card: transaction.entities[.card]
        case .account: transaction.entities[.account]
        case .ip: transaction.entities[.ip]
        }
    }
}

extension QueueFilter {
    /// Names of parameters of an address, in the order in which links have them.
    package static let names: [String] =
        [
            "shown", "whose", "origin", "case", "awaits", "band", "rule", "kind", "channel", "at_least", "at_most",
            "probability",
            "finding",
        ]
        + LinkKind.allCases.map(\.rawValue)

    /// Reads the parameters of an address. An empty one is none, as a form sends what nobody filled in.
    ///
    /// - Throws: what is wrong with the first that can't be used. A parameter that is not known is refused: who mistypes a filter
    ///   would see more than was asked for.
    package init(_ parameters: [(name: String, value: String)]) throws(Fault) {
        self.init()
        var seen: Set<String> = []
        for (name, value) in parameters where !value.isEmpty {
            guard Self.names.contains(name) else { throw Fault(field: nil, reason: .unknownFilter) }
            guard seen.insert(name).inserted else { throw Fault(field: name, reason: .repeated) }
            try set(name, value)
        }
        if shown != .closed, finding != nil { throw Fault(field: "finding", reason: .openHasNoVerdict) }
        if let atLeast, let atMost, atMost < atLeast {
            throw Fault(field: "at_most", reason: .belowLeast)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Fault) {
        switch name {
        case "shown": shown = try code(name, value)
        case "whose": whose = try code(name, value)
        case "origin": origin = try code(name, value)
        case "case":
            guard let id = ItemID(value) else { throw Fault(field: name, reason: .noCase) }
            file = id
        case "awaits": awaits = try code(name, value)
        case "band": band = try code(name, value)
        case "rule":
            guard value.utf8.count <= 128 else { throw Fault(field: name, reason: .tooLong) }
            rule = value
        case "kind": kind = try code(name, value)
        case "channel": channel = try code(name, value)
        case "at_least": atLeast = try amount(name, value)
        case "at_most": atMost = try amount(name, value)
        case "probability":
            guard let number = Double(value), (0...1).contains(number) else {
                throw Fault(field: name, reason: .notAProbability)
            }
            probability = number
        case "finding": finding = try code(name, value)
        default: try setEntity(name, value)
        }
    }

    private mutating func setEntity(_ name: String, _ value: String) throws(Fault) {
        guard let kind = LinkKind(rawValue: name) else { throw Fault(field: nil, reason: .unknownFilter) }
        guard entity == nil else { throw Fault(field: name, reason: .oneNameAtATime) }
        guard value.utf8.count <= 512 else { throw Fault(field: name, reason: .tooLong) }
        entity = NamedEntity(kind, value)
    }

    private func code<T: RawRepresentable>(_ name: String, _ value: String) throws(Fault) -> T
    where T.RawValue == String {
        guard let code = T(rawValue: value) else { throw Fault(field: name, reason: .notListed) }
        return code
    }

    private func amount(_ name: String, _ value: String) throws(Fault) -> MinorUnits {
        do { return try MinorUnits(decimal: value) } catch { throw Fault(field: name, reason: Mistake(error)) }
    }

    /// The parameters that give this filter again; what is as by default is left out.
    package var parameters: [(name: String, value: String)] {
        var values: [String: String] = [:]
        if shown != .open { values["shown"] = shown.rawValue }
        if whose != .mineOrFree { values["whose"] = whose.rawValue }
        values["origin"] = origin?.rawValue
        values["case"] = file?.hex
        values["awaits"] = awaits?.rawValue
        values["band"] = band?.rawValue
        values["rule"] = rule
        values["kind"] = kind?.rawValue
        values["channel"] = channel?.rawValue
        values["at_least"] = atLeast?.decimal
        values["at_most"] = atMost?.decimal
        values["probability"] = probability.map { "\($0)" }
        values["finding"] = finding?.rawValue
        if let entity { values[entity.kind.rawValue] = entity.name }
        return Self.names.compactMap { name in values[name].map { (name, $0) } }
    }
}
