import Foundation
import Keys
package import Records

extension ConsortiumAgreement {
    /// The version of the layout.
    static let schema: UInt32 = 1
    /// More bytes no version has.
    package static let mostBytes = 256 << 10

    /// The only encoding of what the version says: Protobuf (`ConsortiumAgreement` of pipelines/schemas), with every list in its
    /// order.
    package var bytes: [UInt8] { wire.encoded }

    /// What signatures name the version by.
    package var digest: Digest32 { Digest32(of: [Array("cordon/agreement/version/v1".utf8), bytes]) }

    /// Reads a version, and checks all that can be checked of one alone.
    ///
    /// - Throws: `encoding` for bytes that are not those that the version itself would write; what `check` throws.
    package init(bytes: [UInt8]) throws(AgreementDefect) {
        guard bytes.count <= Self.mostBytes, let wire = WireConsortiumAgreement(decoding: bytes),
            wire.schema == Self.schema
        else { throw .encoding }
        try self.init(wire)
        try check()
        guard self.bytes == bytes else { throw .encoding }
    }

    private var wire: WireConsortiumAgreement {
        var wire = WireConsortiumAgreement()
        wire.schema = Self.schema
        wire.consortium = consortium
        wire.version = version
        if let previous { wire.previous = Data(previous.bytes) }
        wire.roster = Data(roster.bytes)
        wire.coordinator = Data(coordinator.bytes)
        wire.members = members.map(\.wire)
        wire.parties = parties.sorted { $0.key < $1.key }.map { id, party in
            var wire = WireAgreedParty()
            wire.name = id.name
            wire.identity = Data(party.identity.bytes)
            wire.host = party.address?.host ?? ""
            wire.port = UInt32(party.address?.port ?? 0)
            return wire
        }
        wire.operators = operators.sorted { $0.key < $1.key }.map { id, identity in
            var wire = WireAgreedOperator()
            wire.name = id.name
            wire.identity = Data(identity.bytes)
            return wire
        }
        wire.purposes = purposes
        wire.features = features ?? 0
        if let trainer { wire.trainer = Data(trainer.bytes) }
        if let promotion { wire.promotion = Data(promotion.bytes) }
        wire.retention = retention.wire
        wire.openings.opened = opened.sorted().map(\.rawValue)
        wire.openings.histograms = UInt32(openings.histograms)
        wire.openings.windows = UInt32(openings.windows)
        wire.openings.days = UInt32(openings.days)
        wire.openings.apart = UInt32(openings.apart)
        wire.openings.reasons = UInt32(openings.reasons?.daily ?? 0)
        wire.openings.reasonMembers = UInt32(openings.reasons?.members ?? 0)
        wire.approvals = UInt32(approvals)
        wire.rules = rules.sorted { $0.key < $1.key }.map { matter, rule in
            var wire = WireAgreedRule()
            wire.matter = matter.rawValue
            wire.members = rule.members.description
            wire.parties = rule.parties.description
            wire.operators = rule.operators.description
            wire.coordinator = rule.coordinator
            return wire
        }
        return wire
    }

    private init(_ wire: WireConsortiumAgreement) throws(AgreementDefect) {
        guard let roster = Digest32(wire.roster), let coordinator = VerifyingKey(bytes: Array(wire.coordinator))
        else { throw .encoding }
        var members: [Member] = []
        for wire in wire.members { members.append(try Member(wire)) }
        var parties: [PartyID: Party] = [:]
        for wire in wire.parties {
            guard let id = PartyID(name: wire.name), let identity = VerifyingKey(bytes: Array(wire.identity)) else {
                throw .encoding
            }
            let address = wire.host.isEmpty ? nil : Address(host: wire.host, port: Int(wire.port))
            parties[id] = Party(identity: identity, address: address)
        }
        var operators: [OperatorID: VerifyingKey] = [:]
        for wire in wire.operators {
            guard let id = OperatorID(wire.name), let identity = VerifyingKey(bytes: Array(wire.identity)) else {
                throw .encoding
            }
            operators[id] = identity
        }
        self.init(
            consortium: wire.consortium, roster: roster, coordinator: coordinator, members: members, parties: parties,
            operators: operators, approvals: Int(wire.approvals),
            openings: OpeningLimits(
                histograms: Int(wire.openings.histograms), windows: Int(wire.openings.windows),
                days: Int(wire.openings.days), apart: Int(wire.openings.apart), reasons: Self.reasons(wire.openings)))
        version = wire.version
        previous = try Self.digest(wire.previous)
        purposes = wire.purposes
        features = wire.features == 0 ? nil : wire.features
        trainer = try Self.digest(wire.trainer)
        promotion = try Self.digest(wire.promotion)
        retention = Retention(wire.retention)
        opened = Set(wire.openings.opened.compactMap { Opening(rawValue: $0) })
        rules = try Self.rules(wire.rules)
    }

    private static func reasons(_ wire: WireAgreedOpenings) -> ReasonLimits? {
        wire.reasons == 0 ? nil : ReasonLimits(daily: Int(wire.reasons), members: Int(wire.reasonMembers))
    }

    private static func digest(_ bytes: Data) throws(AgreementDefect) -> Digest32? {
        guard !bytes.isEmpty else { return nil }
        guard let digest = Digest32(bytes) else { throw .encoding }
        return digest
    }

    private static func rules(_ wires: [WireAgreedRule]) throws(AgreementDefect) -> [AgreementMatter: ApprovalRule] {
        var rules: [AgreementMatter: ApprovalRule] = [:]
        for wire in wires {
            guard let matter = AgreementMatter(rawValue: wire.matter), let members = ApprovalQuorum(wire.members),
                let parties = ApprovalQuorum(wire.parties), let operators = ApprovalQuorum(wire.operators)
            else { throw .encoding }
            rules[matter] = ApprovalRule(
                members: members, parties: parties, operators: operators, coordinator: wire.coordinator)
        }
        return rules
    }
}

extension ConsortiumAgreement.Member {
    fileprivate var wire: WireAgreedMember {
        var wire = WireAgreedMember()
        wire.name = id.name
        wire.identity = Data(identity.bytes)
        wire.hpke = Data(hpke.bytes)
        if case .daily(let count) = budget { wire.budget = UInt64(count) }
        wire.silent = !votes
        wire.joined = UInt32(joined ?? 0)
        wire.left = UInt32(departure?.day ?? 0)
        wire.expelled = departure?.isExpulsion ?? false
        wire.labelsWithdrawn = departure?.withdrawsLabels ?? false
        return wire
    }

    fileprivate init(_ wire: WireAgreedMember) throws(AgreementDefect) {
        guard let id = MemberID(wire.name), let identity = VerifyingKey(bytes: Array(wire.identity)),
            // Each suite has keys of a length of its own.
            let suite = KEMSuite.allCases.first(where: { $0.publicKeyBytes == wire.hpke.count }),
            let hpke = try? HPKEPublicKey(suite, bytes: Array(wire.hpke)), wire.budget < 1 << 48
        else { throw .encoding }
        self.init(
            id: id, identity: identity, hpke: hpke,
            budget: wire.budget == 0 ? .unlimited : .daily(Int(wire.budget)), votes: !wire.silent,
            joined: wire.joined == 0 ? nil : Int(wire.joined),
            departure: wire.left == 0
                ? nil
                : .init(day: Int(wire.left), isExpulsion: wire.expelled, withdrawsLabels: wire.labelsWithdrawn))
    }
}

extension ConsortiumAgreement.Retention {
    fileprivate var wire: WireAgreedRetention {
        var wire = WireAgreedRetention()
        wire.records = UInt32(records ?? 0)
        wire.rows = UInt32(rows ?? 0)
        wire.counts = UInt32(counts ?? 0)
        wire.audit = UInt32(audit ?? 0)
        return wire
    }

    fileprivate init(_ wire: WireAgreedRetention) {
        func days(_ number: UInt32) -> Int? { number == 0 ? nil : Int(number) }
        self.init(
            records: days(wire.records), rows: days(wire.rows), counts: days(wire.counts), audit: days(wire.audit))
    }
}
