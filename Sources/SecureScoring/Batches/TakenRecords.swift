package import EventLogs
import Records
import Telemetry
package import ThreeParty

/// The transactions of a partition that the parties have taken, as this party knows it: by their places in members' topics. By them
/// the leader tells repeats, followers hold it to that, and every party sees what a log has left out. Used by the partition's
/// thread.
///
/// A transaction is taken where it is scored, and where it is refused though all three had opened it: its member has its answer.
package final class TakenRecords {
    private let context: PartitionContext
    private var positions: SourcePositions
    /// The offset up to which this party knows what was taken.
    private var known: Int64
    /// Whether a proposal has said how far the leader had come before this process began.
    private var hasBegun = false
    private var gaps: [MissingRecords.Source: [SourceGap]] = [:]

    /// - Parameters:
    ///   - state: where the party keeps how far it is.
    ///   - offset: up to which it has.
    package init(in context: PartitionContext, state: any StateStore, at offset: Int64) throws {
        self.context = context
        positions = try SourcePositions(partition: context.partition, state: state)
        // Of what an earlier version scored nothing may be kept.
        known = positions.isEmpty ? 0 : offset
    }

    /// Whether a record repeats one that was taken, by its header.
    package func isRepeat(_ claim: SourceClaim) -> Bool { positions.isRepeat(claim) }

    /// Whether a record may repeat one: also where too many of its source are missing behind it for that to be known.
    package func mayRepeat(_ claim: SourceClaim) -> Bool { isRepeat(claim) || hasForgotten(claim) }

    /// Whether too many records of its source are missing behind a record for this party to know whether it was taken.
    package func hasForgotten(_ claim: SourceClaim) -> Bool { positions.hasForgotten(claim) }

    /// Advances by a batch that the parties have agreed on.
    package func advance(_ batch: SealedBatch, _ agreement: Agreement) {
        for index in batch.marks.indices where agreement.isOpened(index) { take(batch.marks[index]) }
        known = max(known, batch.plan.range.upperBound)
    }

    private func take(_ mark: RecordMark) {
        guard let claim = mark.claim, let gap = positions.advance(claim) else { return }
        context.metrics.add(1, to: .sourceGaps, .init("topic", Topics.sealed))
        gaps[MissingRecords.Source(claim, epoch: mark.sessionEpoch), default: []].append(gap)
    }

    // MARK: Followers

    /// Holds the leader to what it passed over before a proposal, where nothing is under way: repeats, activations, and what this
    /// party could not have taken. All else must have been in a batch.
    ///
    /// A power cut may have taken the newest of what is kept here: of that, and of all where this party's state is lost, the first
    /// proposal that this process hears says that it was taken.
    ///
    /// - Parameters:
    ///   - offset: at which the proposal begins.
    ///   - records: reads a range of this party's own log.
    ///   - isOpened: whether a record opens here, so that only its member can have sealed it.
    /// - Throws: `BatchAbort.peerDisagrees` where the leader has left a transaction out.
    package func pass(
        to offset: Int64, records: (Range<Int64>) throws -> [SealedRecord]?, isOpened: (SealedRecord) throws -> Bool
    ) throws {
        // What the log keeps no longer was taken, or never will be.
        if known < offset { known = max(known, try context.log.earliest(of: context.partition)) }
        while known < offset {
            let end = min(offset, known + 1024)
            guard let passed = try records(known..<end) else { throw BatchAbort.logBehind }
            for record in passed {
                guard let claim = record.claim, !mayRepeat(claim), try isOpened(record) else { continue }
                guard !hasBegun else { throw BatchAbort.peerDisagrees(PlanProposal.leader, step: "passed over") }
                positions.advance(claim)
            }
            known = end
        }
        hasBegun = true
    }

    // MARK: What is missing

    /// The gaps that were found since the last call.
    func takeGaps() -> [(source: MissingRecords.Source, gaps: [SourceGap])] {
        guard !gaps.isEmpty else { return [] }
        defer { gaps = [:] }
        return gaps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: State

    /// The changes that the kept state lacks, until `areCommitted`.
    var changes: [StateWrite] { positions.changes }

    func areCommitted() { positions.areCommitted() }
}
