package import Policy
package import Records

/// Which alerts a team works on. What lies outside of it is not there for the team's people: not in lists, feeds or by address.
package struct TeamScope: Hashable, Sendable {
    /// Nil where it does not matter; a payment that does not say is in no team that goes by it.
    package var bands: Set<Band>?
    package var kinds: Set<PaymentKind>?
    package var channels: Set<PaymentChannel>?
    /// Hundredths of the consortium's currency, included.
    package var atLeast: MinorUnits?
    package var atMost: MinorUnits?

    package init() {}

    /// All there is.
    package static let everything = TeamScope()

    package func has(_ row: QueueRow) -> Bool {
        has(band: row.facts.band, kind: row.kind, channel: row.channel, amount: row.facts.amount)
    }

    /// - Parameters: of a payment; nil where it does not say, or is not decided.
    package func has(band: Band?, kind: PaymentKind?, channel: PaymentChannel?, amount: MinorUnits?) -> Bool {
        func isAmong<T>(_ value: T?, _ set: Set<T>?) -> Bool {
            set.map { set in value.map(set.contains) ?? false } ?? true
        }
        guard isAmong(band, bands), isAmong(kind, kinds), isAmong(channel, channels) else { return false }
        if let atLeast { guard let amount, !(amount < atLeast) else { return false } }
        if let atMost { guard let amount, !(atMost < amount) else { return false } }
        return true
    }
}

extension TeamScope {
    /// Reads what a users' file says: `kind=card,cash_out&at_least=500`, of `band`, `kind`, `channel`, `at_least` and `at_most`.
    ///
    /// - Throws: what is wrong with the first part that can't be used.
    package init(_ text: some StringProtocol) throws(QueueFilter.Fault) {
        self.init()
        for part in String(text).split(separator: "&", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard halves.count == 2 else { throw .init(field: nil, reason: .noPart) }
            let (name, value) = (halves[0], halves[1])
            func once(_ isNew: Bool) throws(QueueFilter.Fault) {
                if !isNew { throw .init(field: name, reason: .repeated) }
            }
            switch name {
            case "band":
                try once(bands == nil)
                bands = try Self.codes(name, value)
            case "kind":
                try once(kinds == nil)
                kinds = try Self.codes(name, value)
            case "channel":
                try once(channels == nil)
                channels = try Self.codes(name, value)
            case "at_least":
                try once(atLeast == nil)
                atLeast = try Self.amount(name, value)
            case "at_most":
                try once(atMost == nil)
                atMost = try Self.amount(name, value)
            default: throw .init(field: nil, reason: .notOfATeam)
            }
        }
    }

    /// The text that gives this scope again; empty for everything.
    package var text: String {
        func codes<T: RawRepresentable>(_ name: String, _ set: Set<T>?) -> String? where T.RawValue == String {
            set.map { "\(name)=" + $0.map(\.rawValue).sorted().joined(separator: ",") }
        }
        return [
            codes("band", bands), codes("kind", kinds), codes("channel", channels),
            atLeast.map { "at_least=\($0.decimal)" }, atMost.map { "at_most=\($0.decimal)" },
        ].compactMap { $0 }.joined(separator: "&")
    }

    private static func codes<T: RawRepresentable & Hashable>(
        _ name: String, _ value: String
    ) throws(QueueFilter.Fault) -> Set<T> where T.RawValue == String {
        var codes: Set<T> = []
        for word in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let code = T(rawValue: String(word)) else {
                throw .init(field: name, reason: .notListed)
            }
            codes.insert(code)
        }
        return codes
    }

    private static func amount(_ name: String, _ value: String) throws(QueueFilter.Fault) -> MinorUnits {
        do { return try MinorUnits(decimal: value) } catch { throw .init(field: name, reason: Mistake(error)) }
    }
}
