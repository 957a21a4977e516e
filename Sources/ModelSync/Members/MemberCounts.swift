package import Keys
package import Manifests
package import Records
import ThreeParty

/// A member's own counts of a validation: how many of its rows of each class have a score in which bin. Each party seals its share
/// of them to the member, who alone adds up all three.
package struct MemberCounts: Sendable, Hashable {
    /// As reports have the counts of all members.
    package let opened: ValidatedReport.Opened

    /// Nil where the validation had no challenger.
    package var challenger: BinCounts? { opened.challenger }
    package var champion: BinCounts { opened.champion }

    private static let info = Array("cordon/sync/member-counts/v1".utf8)

    /// A party's box of a member: its shares of the challenger's counts, where there is one, and then the champion's.
    package static func seal(
        _ shares: [UInt8], of party: PartyID, to member: MemberID, _ key: HPKEPublicKey, order: Digest32
    ) throws -> ValidatedReport.Box {
        let sealed = try key.seal(shares, info: info, associated: associated(order, party, member))
        return try ValidatedReport.Box(member: member, encapsulated: sealed.encapsulated, box: sealed.ciphertext)
    }

    private static func associated(_ order: Digest32, _ party: PartyID, _ member: MemberID) -> [UInt8] {
        order.bytes + [UInt8(party.rawValue)] + Array(member.name.utf8)
    }

    /// Opens what the three parties reported of a validation for a member, and holds it against what they opened of all members.
    ///
    /// - Parameters:
    ///   - job: of the history, so that the three reports are of one order and tell the same counts of all members.
    ///   - key: the member's own.
    package init(
        of member: MemberID, from job: SyncJob, key: borrowing HPKEPrivateKey
    ) throws(MemberCountsError) {
        guard case .validate(let task) = job.order.task, case .validated(let all) = job.outcome else {
            throw .notValidated
        }
        let reported = PartyID.allCases.map { party in Self.box(of: member, by: party, in: job) }
        guard reported.contains(where: { $0 != nil }) else { throw .noRows }
        let sizes = [task.challengerThresholds?.bins, task.championThresholds.bins].compactMap { $0 }
        var shares: [[UInt8]] = []
        for (party, box) in zip(PartyID.allCases, reported) {
            guard let box else { throw .noBox(party) }
            guard
                let opened = try? key.open(
                    box.box, encapsulated: box.encapsulated, info: Self.info,
                    associated: Self.associated(job.digest, party, member))
            else { throw .notOpened(party) }
            guard opened.count == sizes.reduce(0, { $0 + HistogramShare.bytes(bins: $1) }) else {
                throw .size(party)
            }
            shares.append(opened)
        }
        var counts: [BinCounts] = []
        for (bins, total) in zip(sizes, [all.challenger, all.champion].compactMap { $0 }) {
            let bytes = HistogramShare.bytes(bins: bins)
            guard let sum = ClassHistogram(adding: shares.map { Array($0.prefix(bytes)) }, bins: bins) else {
                throw .moreThanAll
            }
            // No bin has more of a class than all members together; what is within that is never too much for `BinCounts`.
            let isPart = { (own: [UInt32], all: [UInt32]) in zip(own, all).allSatisfy { $0 <= $1 } }
            guard isPart(sum.legitimate, total.legitimate), isPart(sum.fraud, total.frauds),
                let said = try? BinCounts(legitimate: sum.legitimate, frauds: sum.fraud)
            else { throw .moreThanAll }
            shares = shares.map { Array($0.dropFirst(bytes)) }
            counts.append(said)
        }
        do throws(SyncMistake) {
            opened = try ValidatedReport.Opened(
                challenger: counts.count > 1 ? counts[0] : nil, champion: counts[counts.count - 1])
        } catch { throw .otherRows }
    }

    private static func box(of member: MemberID, by party: PartyID, in job: SyncJob) -> ValidatedReport.Box? {
        guard case .validated(let report) = job.parties[party]?.last else { return nil }
        return report.boxes.first { $0.member == member }
    }
}

/// Why a member can't have its own counts of a validation.
package enum MemberCountsError: Error, Sendable, Hashable {
    /// The job is no validation, or the parties have not said the same of it.
    case notValidated
    /// No party has a box for the member, as where none of its rows is in the window.
    case noRows
    /// The two others have one.
    case noBox(PartyID)
    /// The box is of another order, another party or another member, or was changed.
    case notOpened(PartyID)
    /// What is in the box has not the length of the order's bins.
    case size(PartyID)
    /// The three shares come to more rows of a bin than all members have: one of them is none.
    case moreThanAll
    /// The challenger's and the champion's counts are of other numbers of rows: a share is none.
    case otherRows
}

extension MemberCountsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notValidated: "the order is no validation that all three parties ended alike"
        case .noRows: "no party has sealed anything to this member: none of its transactions is in the window"
        case .noBox(let party): "\(party.name) has sealed nothing to this member, and another party has"
        case .notOpened(let party):
            "the box of \(party.name) does not open: it is of another order, party or member, or this is not the member's key"
        case .size(let party): "the box of \(party.name) has counts of other bins than were ordered"
        case .moreThanAll:
            "the parties' shares come to more transactions of a bin than all members have: one of the three sealed something else"
        case .otherRows:
            "the parties' shares come to other numbers of transactions for the two models: one of the three sealed something else"
        }
    }
}
