package import Desk
package import EventLogs
package import Policy
package import Records

/// What a record of one of the member's topics tells the desk.
package enum DeskInput: Sendable {
    /// A transaction of a record of `<member>.transactions`, whatever became of it.
    case payment(Transaction, at: SourcePosition)
    /// Its decision on `<member>.decisions`, with when it was made, by the agent's clock in microseconds.
    case decision(ItemID, of: SourcePosition, band: Band, probability: Double, at: Int64 = 0)
    /// A label of `<member>.transactions`, whoever wrote it, with its time by the log's clock in microseconds.
    case label(Verdict, at: Position, timestamp: Int64)
    case alert(AlertFacts, at: Position)
    /// A party's receipt on `<member>.receipts`: up to which record of a partition of the member's topic it has counted labels.
    case receipt(PartyID, counted: SourcePosition)
    /// A record of `<member>.reasons`.
    case reasons(ReasonsEvent, of: ItemID)
    /// A record of `<member>.cases`, with its offset, and its time by the log's clock in microseconds.
    case act(DeskRecord, offset: Int64, timestamp: Int64)
}

/// Records of several topics, in the order of each partition, and where their reader stands behind them.
package struct DeskBatch: Sendable {
    package var inputs: [DeskInput]
    package var positions: [Position]

    package init(inputs: [DeskInput], positions: [Position]) {
        self.inputs = inputs
        self.positions = positions
    }
}

/// What became of an act of a batch.
package struct SettledAct: Hashable, Sendable {
    package var id: ActID
    package var outcome: DeskLedger.Outcome
}
