package import Keys
package import Records

/// A version of the agreement with what has become of it.
package struct AgreedVersion: Sendable, Hashable {
    package let agreement: ConsortiumAgreement
    package let digest: Digest32
    /// What it changes of the one before; nil of the founding version.
    package let difference: AgreementDifference?
    /// Who proposed it; nil of the founding version.
    package let author: SyncAuthor?
    /// When it was proposed, in seconds since 1970 of the log; nil of the founding version.
    package let proposed: Int64?
    /// Who has signed it, and when.
    package fileprivate(set) var signed: [SyncAuthor: Int64] = [:]
    /// Since when it is in force, in seconds since 1970 of the log; nil of one that is not, and of the founding version.
    package fileprivate(set) var inForce: Int64?

    fileprivate init(founding agreement: ConsortiumAgreement) {
        self.agreement = agreement
        digest = agreement.digest
        (difference, author, proposed) = (nil, nil, nil)
    }

    fileprivate init(
        _ agreement: ConsortiumAgreement, _ difference: AgreementDifference, by author: SyncAuthor, _ time: Int64
    ) {
        self.agreement = agreement
        digest = agreement.digest
        self.difference = difference
        self.author = author
        proposed = time
    }

    /// What it still waits for; nothing where it is in force.
    package var missing: [AgreementDifference.Missing] { difference?.missing(Set(signed.keys)) ?? [] }

    /// Who may sign it and has not, in the order of their names.
    package var unsigned: [SyncAuthor] {
        let asked = difference.map { Array($0.asked.keys) } ?? agreement.authors
        return asked.filter { signed[$0] == nil }.sorted { $0.description < $1.description }
    }
}

/// All that proposals and signatures on `consortium.agreement` come to: which version is in force, who has signed what, who is
/// missing. A pure function of the roster, the records and the log's times, so it is the same for everyone.
///
/// A version is in force from the record on that brings the last signature that the version before asks for. Of several proposals
/// of one number the first that comes so far is in force, and the others are over: who signed one may sign another. What is in
/// force takes effect with the next epoch of keys whose order names it.
package struct AgreementHistory: Sendable, Hashable {
    /// The versions that were in force, from the founding one on: each the one of its number.
    package private(set) var versions: [AgreedVersion]
    /// What is proposed for the next number, in the log's order.
    package private(set) var proposals: [AgreedVersion] = []
    /// Identities that key epochs have brought in place of those of the version in force.
    package private(set) var identities: [SyncAuthor: VerifyingKey] = [:]
    private var seen: Set<Digest32> = []
    private var latest: Int64 = 0

    /// The most proposals of one author for one number.
    package static let mostProposals = 8

    /// Nothing has been said.
    ///
    /// - Parameter founding: version 1, of the roster.
    package init(founding: ConsortiumAgreement) { versions = [AgreedVersion(founding: founding)] }

    // MARK: Looking

    /// The newest version that is in force; since `init` there is one.
    package var inForce: AgreedVersion { versions[versions.count - 1] }
    /// The version of this digest that is, or was, in force; nil for others.
    package func version(_ digest: Digest32) -> AgreedVersion? { versions.first { $0.digest == digest } }
    /// The proposal of this digest for the next number.
    package func proposal(_ digest: Digest32) -> AgreedVersion? { proposals.first { $0.digest == digest } }

    /// The version that was in force at a time of the log.
    ///
    /// - Parameter time: in seconds since 1970.
    package func inForce(at time: Int64) -> AgreedVersion {
        versions.last { ($0.inForce ?? .min) <= time } ?? versions[0]
    }

    /// The key by which somebody who takes part signs now; nil for others.
    package func identity(of author: SyncAuthor) -> VerifyingKey? {
        inForce.agreement.identity(of: author).map { identities[author] ?? $0 }
    }

    // MARK: Taking

    /// Takes identities of a key epoch that is in force from now on.
    ///
    /// - Parameter agreement: the digest of the version that the epoch stands on: who was given another identity by a later one
    ///   keeps that.
    package mutating func adopt(_ newer: [SyncAuthor: VerifyingKey], agreement: Digest32) {
        guard let place = versions.firstIndex(where: { $0.digest == agreement }) else { return }
        var kept: Set<SyncAuthor> = []
        for version in versions[(place + 1)...] {
            for case .identity(let author) in version.difference?.changes ?? [] { kept.insert(author) }
        }
        for (author, key) in newer where !kept.contains(author) { identities[author] = key }
    }

    /// Takes a record of the topic that says something on the agreement.
    ///
    /// - Parameter time: of the log, when it came, in seconds since 1970. Where it goes back, the latest counts.
    /// - Returns: the version that it is about, as it is then; nil for a statement on keys.
    @discardableResult
    package mutating func apply(_ message: AgreementMessage, time: Int64) throws(AgreementRefusal) -> AgreedVersion? {
        let time = max(time, latest)
        let version: AgreedVersion
        switch message.statement {
        case .proposal(let proposal): version = try take(proposal.agreement, message, at: time)
        case .signature(let signature): version = try take(signature, message, at: time)
        default: return nil
        }
        seen.insert(message.digest)
        latest = time
        return version
    }

    private mutating func take(
        _ agreement: ConsortiumAgreement, _ message: AgreementMessage, at time: Int64
    ) throws(AgreementRefusal) -> AgreedVersion {
        let author = message.author
        guard let key = identity(of: author) else { throw .unknownAuthor(author) }
        guard message.isSigned(by: key) else { throw .badSignature(author) }
        guard !seen.contains(message.digest) else { throw .replayed }
        try checkNumber(agreement.version, agreement.digest)
        guard agreement.version > inForce.agreement.version else { throw .alreadyProposed(agreement.version) }
        guard agreement.previous == inForce.digest else { throw .otherPrevious }
        guard proposal(agreement.digest) == nil else { throw .alreadyProposed(agreement.version) }
        guard proposals.count(where: { $0.author == author }) < Self.mostProposals else { throw .tooMany(author) }
        let difference: AgreementDifference
        do throws(AgreementDefect) {
            difference = try AgreementDifference(from: inForce.agreement, to: agreement)
        } catch { throw .defect(error) }
        let version = AgreedVersion(agreement, difference, by: author, time)
        proposals.append(version)
        return version
    }

    private mutating func take(
        _ signature: AgreementSignature, _ message: AgreementMessage, at time: Int64
    ) throws(AgreementRefusal) -> AgreedVersion {
        try checkNumber(signature.version, signature.digest)
        let author = message.author
        guard signature.version > inForce.agreement.version else {
            try check(message, on: inForce)
            versions[versions.count - 1].signed[author] = time
            return inForce
        }
        guard let place = proposals.firstIndex(where: { $0.digest == signature.digest }) else {
            throw .unknownVersion(signature.version)
        }
        try check(message, on: proposals[place])
        proposals[place].signed[author] = time
        guard proposals[place].missing.isEmpty else { return proposals[place] }
        var version = proposals[place]
        version.inForce = time
        versions.append(version)
        proposals = []
        for case .identity(let author) in version.difference?.changes ?? [] { identities[author] = nil }
        return version
    }

    /// The number in force, with its own digest, or the one after it.
    private func checkNumber(_ number: UInt64, _ digest: Digest32) throws(AgreementRefusal) {
        let current = inForce.agreement.version
        guard number >= current else { throw .older(number, inForce: current) }
        guard number > current || digest == inForce.digest else { throw .forked(number, inForce: inForce.digest) }
        guard number <= current + 1 else { throw .skipped(number, due: current + 1) }
    }

    private func check(_ message: AgreementMessage, on version: AgreedVersion) throws(AgreementRefusal) {
        let author = message.author
        // Those whom the version in force did not ask, because it was the founding one, may all sign it.
        let key =
            version.difference.map { $0.key(of: author, newer: identities) }
            ?? version.agreement.identity(of: author).map { identities[author] ?? $0 }
        guard let key else { throw .notAsked(author) }
        guard message.isSigned(by: key) else { throw .badSignature(author) }
        guard version.signed[author] == nil else {
            throw seen.contains(message.digest) ? .replayed : .alreadySigned(author)
        }
    }
}
