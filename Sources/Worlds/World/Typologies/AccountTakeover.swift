import Records

/// Somebody else is in the customer's online banking, by a phished password or a swapped SIM: from a new device a transfer
/// of a euro to see that it works, then within two hours instant transfers of most of what there is to accounts that the
/// customer never paid.
struct AccountTakeover: FraudPattern {
    static let rate = 20.0

    static func commit(_ incident: inout Incident, day: Int) {
        guard let victim = incident.somebody(on: day..<day + 2) else { return }
        let device = incident.strangersDevice()
        let payees = (0..<1 + incident.random.below(3)).map { _ in incident.outsideAccount() }
        var seconds = incident.time(day, hour: incident.random.below(24))
        incident.send(victim, to: payees[0], 100, seconds, from: device)
        let income = Double(incident.society[victim].income)
        for _ in 0..<3 + incident.random.below(4) {
            seconds += Int64(60 + incident.random.below(1000))
            let amount = Int64(income * incident.random.uniform(0.15, 0.6))
            incident.send(victim, to: incident.random.pick(payees), amount, seconds, channel: .online, from: device)
        }
    }
}
