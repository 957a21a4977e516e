import EventLogs
import Model
import Policy
import Records

/// The reasons that members should be told of their alerts, by the scorecard in the clear.
struct ExpectedReasons {
    private struct Key: Hashable {
        var member: Int
        var offset: Int64
    }

    /// What is told of a transaction, should it be an alert.
    private struct Told: Equatable {
        /// Names of features, the one that added most first, with the values of the member's own.
        var features: [String]
        var values: [Double?]
        var hidden: [String]
    }

    private let terms: Terms
    private var told: [Key: Told] = [:]

    /// What may become of an alert besides: it was held up for longer than the parties are asked about it, lies in a batch with
    /// sessions of two epochs, or nobody answered in time.
    private static let excuses: Set<String> = ["too_late"]

    init(_ terms: Terms) { self.terms = terms }

    /// Adds a transaction that was scored.
    ///
    /// - Parameters:
    ///   - values: by spec, those of its features.
    ///   - counts: what was counted before its batch.
    mutating func add(
        _ payment: ExpectedMember.Payment, at offset: Int64, of member: Int, by model: ClearModel, _ values: [[Double]],
        _ counts: ExpectedCounts
    ) {
        guard let card = model.card else { return }
        let values = model.binned.id == terms.spec.id ? values[0] : values[1]
        let features = model.binned.spec.features
        let bucket = model.binned.spec.terms.bucket
        func isKnown(_ entity: Feature.Entity) -> Bool {
            let reach =
                features.compactMap(\.shared).filter { $0.entity == entity }.map { $0.window.span + $0.window.delay }
                .max() ?? 0
            // In whole buckets, and up to the payment.
            let window = Feature.Window(span: (reach + bucket - 1) / bucket * bucket, delay: 0)
            let known = Feature(name: "known", kind: .consortium(.members, entity, window)).shared
            return known.map { counts.value(of: $0, at: payment.transaction, bucket: bucket) } ?? 0
                >= Double(
                    Terms.reasons.members)
        }
        var left = zip(features.indices, card.contributions(model.binned.bins(values))).filter { at, added in
            added > 0 && features[at].shared.map { isKnown($0.entity) } ?? true
        }
        var picked: [Int] = []
        while picked.count < 4, let most = left.map(\.1).max(), let place = left.firstIndex(where: { $0.1 == most }) {
            picked.append(left.remove(at: place).0)
        }
        let named: [Feature.Entity] = (payment.transaction.entities[.device] == nil ? [] : [.device]) + [.terminal]
        told[Key(member: member, offset: offset)] = Told(
            features: picked.map { features[$0].name },
            values: picked.map { features[$0].shared == nil ? values[$0] : nil },
            hidden: named.filter { !isKnown($0) }.map(\.rawValue))
    }

    /// Whether members that take part were told of each alert what became of its reasons.
    static func areTold(_ consortium: SimulatedConsortium) -> Bool {
        guard consortium.terms.opensReasons else { return true }
        return consortium.people.present.allSatisfy { untold(of: $0, in: consortium).isEmpty }
    }

    /// Alerts that wait for their reasons, by their ids.
    private static func untold(of member: Int, in consortium: SimulatedConsortium) -> Set<String> {
        var waiting: Set<String> = []
        for event in events(of: member, in: consortium) {
            if event.data.state == .wanted { waiting.insert(event.id) } else { waiting.remove(event.id) }
        }
        return waiting
    }

    private static func events(of member: Int, in consortium: SimulatedConsortium) -> [ReasonsEvent] {
        consortium.records(Topics.reasons(Terms.member(member))).compactMap { ReasonsEvent(json: $0.value ?? []) }
    }

    /// What is wrong, in words.
    ///
    /// Of alerts that still wait nothing is said: behind the last score members ask for a minute, and go on with the next.
    ///
    /// - Parameter settled: whether members are to have been told of some alerts.
    func findings(in consortium: SimulatedConsortium, _ settled: Bool) -> [String] {
        guard terms.opensReasons else { return [] }
        return consortium.people.known.flatMap { member -> [String] in
            var findings: [String] = []
            var offsets: [String: Int64] = [:]
            for record in consortium.records(Topics.alerts(Terms.member(member))) {
                guard let alert = CloudEvent(json: record.value ?? []) else { continue }
                offsets[alert.id] = alert.data.source.offset
            }
            var wanted: [String: Int] = [:]
            var given = 0
            for event in Self.events(of: member, in: consortium) {
                guard let offset = offsets[event.id] else {
                    findings.append("bank-\(member) has reasons of what is no alert")
                    continue
                }
                switch event.data.state {
                case .wanted: wanted[event.id, default: 0] += 1
                case .given:
                    let reasons = event.data.reasons ?? []
                    let said = Told(
                        features: reasons.map(\.feature), values: reasons.map(\.value),
                        hidden: (event.data.hidden ?? []).sorted())
                    guard said == told[Key(member: member, offset: offset)] else {
                        findings.append(
                            "the reasons of \(event.subject) of bank-\(member) are \(said), not "
                                + (told[Key(member: member, offset: offset)].map { "\($0)" } ?? "any"))
                        continue
                    }
                    given += 1
                case .refused where Self.excuses.contains(event.data.code ?? ""): break
                case .refused, .noCard:
                    findings.append(
                        "the reasons of \(event.subject) of bank-\(member) are refused: \(event.data.code ?? "no card")"
                    )
                }
            }
            if wanted.values.contains(where: { $0 != 1 }) || wanted.count != offsets.count {
                findings.append(
                    "bank-\(member) wants reasons of \(wanted.count) of \(offsets.count) alerts, or of one twice")
            }
            if settled, consortium.people.present.contains(member) {
                if given == 0, !offsets.isEmpty { findings.append("bank-\(member) was told no reasons at all") }
            }
            return findings
        }
    }
}
