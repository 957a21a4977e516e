package import Records

/// A transaction of an invented world, with what is behind it.
package struct SimulatedTransaction: Sendable, Hashable {
    package var labelled: LabelledTransaction
    /// Which incident a fraud belongs to, from 1 in a world; 0 for an honest transaction.
    package var incident: Int

    package init(labelled: LabelledTransaction, incident: Int) {
        self.labelled = labelled
        self.incident = incident
    }

    package var typology: Typology? { Typology(number: labelled.scenario) }
}

/// An invented world that is finished: its transactions, day by day.
package protocol SimulatedWorld: Sendable {
    /// Days since 1970.
    var firstDay: Int { get }
    var dayCount: Int { get }
    /// Of all days.
    var count: Int { get }
    var members: [MemberID] { get }

    /// A day's transactions in order of time, then id. Ids are decimal digits: unique in the world, of one length and in
    /// the order of all days.
    ///
    /// - Parameter day: 0 ..< dayCount.
    func transactions(day: Int) -> [SimulatedTransaction]
}
