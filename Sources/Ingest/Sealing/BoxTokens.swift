package import EventLogs
package import Model
package import Records
package import Stages
package import Telemetry
package import Tokens

/// The tokens that boxes carry: one for each kind of entity that the spec's consortium features count, of what a transaction
/// names.
package final class BoxTokens {
    private let entities: [(entity: Feature.Entity, kind: IdentifierKind)]
    private let rules: IdentifierRules
    private let source: any TokenSource
    private let metrics: Metrics

    /// - Parameter rules: by which texts become identifiers; what the member leaves unsaid in them.
    package init(
        entities: [Feature.Entity], rules: IdentifierRules = IdentifierRules(), source: any TokenSource,
        metrics: Metrics
    ) {
        self.entities = entities.map { entity in
            guard let kind = entity.identifierKind else { preconditionFailure("\(entity.rawValue) has no tokens") }
            return (entity, kind)
        }
        self.rules = rules
        self.source = source
        self.metrics = metrics
    }

    /// The identifiers that some transactions name, and where in their boxes the tokens go. Made once for a batch, and asked for
    /// until its tokens are there.
    package struct Names: Sendable {
        let identifiers: [Identifier]
        /// The number of the identifier by transaction and kind of entity; nil if it names none.
        let places: [[Int?]]
    }

    /// The names in some transactions; counts what is no identifier.
    package func names(in transactions: [Transaction]) -> Names {
        var identifiers: [Identifier] = []
        let places = transactions.map { transaction in
            entities.map { entity, kind in
                identifier(entity, kind, transaction).map { identifier in
                    identifiers.append(identifier)
                    return identifiers.count - 1
                }
            }
        }
        return Names(identifiers: identifiers, places: places)
    }

    /// 33 bytes an entity for each transaction, in order; zeros where it names none, or what it names is no identifier.
    /// All are of one epoch, which is named where there are only zeros, too: that a transaction names nothing is not
    /// for everybody. Waits for the tokens until `moment` at most; nil if they are not there by then.
    package func bytes(for names: Names, until moment: Moment) throws(LogError) -> [BoxedTokens]? {
        guard !names.places.isEmpty else { return [] }
        guard let found = try source.tokens(for: names.identifiers, until: moment) else { return nil }
        let none = [UInt8](repeating: 0, count: EntityToken.byteCount)
        return names.places.map { places in
            BoxedTokens(
                epoch: found.epoch.number, bytes: places.flatMap { $0.map { found.tokens[$0].bytes } ?? none })
        }
    }

    private func identifier(
        _ entity: Feature.Entity, _ kind: IdentifierKind, _ transaction: Transaction
    ) -> Identifier? {
        guard let text = transaction.name(of: entity) else { return nil }
        do throws(IdentifierError) { return try rules.identifier(kind, text) } catch {
            metrics.add(
                1, to: .identifiersRefused, .init("entity", entity.rawValue), .init("reason", error.code))
            return nil
        }
    }
}

extension Feature.Entity {
    /// The kind of identifier that its names are; nil for one that has no tokens.
    var identifierKind: IdentifierKind? {
        switch self {
        case .terminal: .terminal
        case .account: .account
        case .card: .card
        case .payee: .payee
        case .merchant: .merchant
        case .device: .device
        case .customer, .merchantCategory, .ip, .country: nil
        }
    }
}
