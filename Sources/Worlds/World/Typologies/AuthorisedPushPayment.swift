import Records

/// The customer is talked into paying: an investment, a purchase, a false bank clerk. It is the customer's own device and
/// will; only the payee is new, and the sums grow from one transfer to the next over some hours or two days. The name is the
/// UK Payment Systems Regulator's.
struct AuthorisedPushPayment: FraudPattern {
    static let rate = 35.0

    static func commit(_ incident: inout Incident, day: Int) {
        // Half of the victims are old, or have much to lose.
        let segments = incident.random.below(2) == 0 ? [.pensioner, .affluent] : Segment.allCases
        guard let victim = incident.somebody(on: day..<day + 3, of: segments) else { return }
        let payee = incident.outsideAccount()
        let device = (UInt32(victim) * 2 + 2, incident.world.names.home(victim))
        let income = Double(incident.society[victim].income)
        var amount = income * incident.random.uniform(0.15, 0.6)
        var seconds = incident.time(day, hour: 9 + incident.random.below(8))
        for _ in 0..<1 + incident.random.below(3) {
            // Round sums, as people are told to pay.
            let euros = max(50, (amount / 5000).rounded() * 50)
            incident.send(victim, to: payee, Int64(euros * 100), seconds, channel: .online, from: device)
            amount *= incident.random.uniform(1.4, 2.5)
            seconds += Int64(3600 + incident.random.below(50_000))
        }
    }
}
