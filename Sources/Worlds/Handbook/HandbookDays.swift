package import Records

/// A handbook world that is finished. Its scenarios are the first three typologies; an incident is a payment over the
/// limit, a compromised terminal, or a compromised customer.
package struct HandbookDays: SimulatedWorld {
    package let firstDay: Int
    package let dayCount: Int
    package let count: Int
    package let members: [MemberID]
    private let days: [[SimulatedTransaction]]

    package init(_ options: HandbookOptions) {
        firstDay = options.startDay.dayNumber
        dayCount = options.days
        members = options.members.map(\.id)
        var days = [[SimulatedTransaction]](repeating: [], count: options.days)
        var incidents: [String: Int] = [:]
        var count = 0
        for labelled in HandbookWorld(options: options).transactions() {
            let transaction = labelled.transaction
            let source: String? =
                switch labelled.scenario {
                case 1: transaction.id
                case 2: "terminal " + transaction.terminal
                case 3: "customer " + transaction.customer
                default: nil
                }
            var incident = 0
            if let source {
                incident = incidents[source] ?? incidents.count + 1
                incidents[source] = incident
            }
            days[transaction.time.dayNumber - firstDay].append(
                SimulatedTransaction(labelled: labelled, incident: incident))
            count += 1
        }
        self.days = days
        self.count = count
    }

    package func transactions(day: Int) -> [SimulatedTransaction] { days[day] }
}
