package import Keys
package import Manifests
package import Records
import ThreeParty

/// A member's own counts of a validation: how many of its rows of each class have a score in which bin. Each party seals its share
/// of them to the member, who alone adds up all three.
package struct MemberCounts: Sendable, Hashable {
    /// Nil where the validation had no challenger.
    package let challenger: BinCounts?
    package let champion: BinCounts

    private static let info = Array("cordon/sync/member-counts/v1".utf8)

    /// A party's box of a member: its shares of the challenger's counts, where there is one, and then the champion's.
    static func seal(
        _ shares: [UInt8], of party: PartyID, to member: MemberID, _ key: HPKEPublicKey, order: Digest32
    ) throws -> ValidatedReport.Box {
        let sealed = try key.seal(shares, info: info, associated: associated(order, party, member))
        return try ValidatedReport.Box(member: member, encapsulated: sealed.encapsulated, box: sealed.ciphertext)
    }

    private static func associated(_ order: Digest32, _ party: PartyID, _ member: MemberID) -> [UInt8] {
        order.bytes + [UInt8(party.rawValue)] + Array(member.name.utf8)
    }

    /// Opens what the three parties reported of a validation for a member; nil where the job is no validation that is done, or a
    /// box is missing, does not open, or holds something else.
    package init?(of member: MemberID, from job: SyncJob, key: borrowing HPKEPrivateKey) {
        guard case .validate(let task) = job.order.task, job.outcome != nil else { return nil }
        let sizes = [task.challengerThresholds?.bins, task.championThresholds.bins].compactMap { $0 }
        var shares: [[UInt8]] = []
        for party in PartyID.allCases {
            guard case .validated(let report) = job.parties[party]?.last,
                let box = report.boxes.first(where: { $0.member == member }),
                let opened = try? key.open(
                    box.box, encapsulated: box.encapsulated, info: Self.info,
                    associated: Self.associated(job.digest, party, member)),
                opened.count == sizes.reduce(0, { $0 + HistogramShare.bytes(bins: $1) })
            else { return nil }
            shares.append(opened)
        }
        var counts: [BinCounts] = []
        for bins in sizes {
            let bytes = HistogramShare.bytes(bins: bins)
            guard let sum = ClassHistogram(adding: shares.map { Array($0.prefix(bytes)) }, bins: bins),
                let said = try? BinCounts(legitimate: sum.legitimate, frauds: sum.fraud)
            else { return nil }
            shares = shares.map { Array($0.dropFirst(bytes)) }
            counts.append(said)
        }
        challenger = counts.count > 1 ? counts[0] : nil
        champion = counts[counts.count - 1]
    }
}
