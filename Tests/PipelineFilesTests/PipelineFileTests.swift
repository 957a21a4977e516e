import EventLogs
import Formats
import Model
import PipelineFiles
import Policy
import Records
import Testing

private let entities = Feature.Entity.allCases.map(\.rawValue).joined(separator: ", ")

@Suite("Files of pipelines/")
struct PipelineFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    @Test("that are committed are read")
    func committed() throws {
        let features = try readFeatureSpec(file: ConfigurationFixture.committed("features/card.yaml"))
        #expect(features.name == "card" && features.features.count == 19)
        #expect(features.features[0] == Feature(name: "amount", kind: .amount))
        #expect(
            features.features[17]
                == Feature(name: "terminal_rate_30", kind: .fraudRate(.terminal, .init(days: 30, delayDays: 7))))
        let policy = try readPolicy(file: ConfigurationFixture.committed("policies/default.yaml"))
        #expect(policy == (try DecisionPolicy(review: 0.1, decline: 0.5)))
        #expect(try readMapping(file: ConfigurationFixture.committed("mappings/canonical.yaml")) == .canonical)
        let csv = try readMapping(file: ConfigurationFixture.committed("mappings/csv.yaml"))
        #expect(
            csv.format
                == .csv(
                    Mapping.CSVForm(columns: [
                        "type", "id", "time", "customer", "terminal", "amount", "transaction", "fraud",
                    ])))
        for replay in ["handbook", "simulated"] {
            _ = try readReplay(file: ConfigurationFixture.committed("replays/\(replay).yaml"))
        }
        let plan = try ConsortiumPlan(file: ConfigurationFixture.committed("consortium.yaml"))
        #expect(plan.members.map(\.name) == ["bank-a", "bank-b", "bank-c"] && plan.parties.count == 3)
        #expect(plan.operators.isEmpty && plan.approvals == 0 && plan.openings == .standard)
        let topics = try readTopics(file: ConfigurationFixture.committed("topics.yaml"), members: plan.members)
        let names = Set(topics.map(\.name))
        for topic in [
            Topics.sealed, Topics.labels, Topics.batches, Topics.tokenKeys, Topics.sessions, Topics.manifests,
            Topics.rejected, Topics.sync,
        ] {
            #expect(names.contains(topic))
        }
        for member in plan.members {
            #expect(names.contains(Topics.scores(member)) && names.contains(Topics.transactions(member)))
            #expect(names.contains(Topics.blinded(member)) && names.contains(Topics.evaluations(member)))
        }
        // A step of a key generation that is gone is missing to everybody who starts later.
        for topic in [Topics.tokenKeys, Topics.sync] {
            let kept = try #require(topics.first { $0.name == topic })
            #expect(kept.cleanup == .delete && kept.retention == nil && kept.retentionBytes == nil)
        }
        #expect(topics.first { $0.name == Topics.sync }?.timestamps == .log)
    }

    @Test(
        "features: each mistake has its line",
        arguments: [
            ("name: x\nfeatures: []\n", "2: features: at least one feature belongs here"),
            ("name: x\n", "1: `features` is missing"),
            ("features:\n  - { name: a, kind: amount }\n", "1: `name` is missing"),
            ("name: x\nfeatures: { a: b }\n", "2: features: a list belongs here"),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amount }\n  - { name: a, kind: night }\n",
                "4: features[1].name: the feature is named twice"
            ),
            ("name: x\nfeatures:\n  - { kind: amount }\n", "3: features[0]: `name` is missing"),
            (
                "name: x\nfeatures:\n  - { name: a }\n",
                "3: features[0]: `kind` is missing"
            ),
            (
                "name: x\nfeatures:\n  - { name: a b, kind: amount }\n",
                "3: features[0].name: a name of 1 to 64 of ASCII letters, digits and . _ : + - belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amounts }\n",
                "3: features[0].kind: one of \(FeatureForm.kinds.joined(separator: ", ")) belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amount,\n      over: 3d }\n",
                "4: features[0].over: `amount` has no such field"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, over: 3d }\n",
                "3: features[0]: `entity` is missing: one of \(entities)"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: distinct, entity: device, of: shop, over: 3d }\n",
                "3: features[0].of: one of \(entities) belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer }\n",
                "3: features[0]: `over` is missing: a span such as 10m, 1h or 7d, at most ten years"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, over: 0d }\n",
                "3: features[0].over: a span such as 10m, 1h or 7d, at most ten years belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, over: 7 }\n",
                "3: features[0].over: a span such as 90s, 10m, 1h or 7d belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, over: 1d, delay: -1d }\n",
                "3: features[0].delay: a span such as 90s, 10m, 1h or 7d belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count_over_mean, entity: customer, over: 1d, history: 1h }\n",
                "3: features[0].history: a span that is no shorter than `over` belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: max_over_mean, entity: customer, over: 1d }\n",
                "3: features[0]: `history` is missing: a span such as 30d, at most ten years"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amount, edges: [1, 2, 2] }\n",
                "3: features[0].edges: a list of 1 to 31 numbers that rise belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amount, edges: [1, two] }\n",
                "3: features[0].edges[1]: a number from -1e+16 to 1e+16 belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: kind_is, value: cash }\n",
                "3: features[0].value: one of card, transfer, instant_transfer, cash_out belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: listed, entity: country, values: [NG, NG] }\n",
                "3: features[0].values: a list of different names belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, days: 1 }\n",
                "3: features[0]: unknown key `days`; known here: name, kind, entity, over, delay, of, history, value, values, scope, edges"
            ),
        ])
    func features(text: String, mistake: String) throws {
        #expect(try file.mistake(text) { path in _ = try readFeatureSpec(file: path) } == mistake)
    }

    @Test(
        "of card payments alone and in the consortium have the same features, but for who counts frauds at a terminal")
    func cards() throws {
        let together = try readFeatureSpec(file: ConfigurationFixture.committed("features/card-consortium.yaml"))
        let alone = try readFeatureSpec(file: ConfigurationFixture.committed("features/card-alone.yaml"))
        #expect(together.features.map(\.name) == alone.features.map(\.name))
        #expect(together.own.features == Array(alone.features.prefix(5)) && together.features[0].edges?.count == 31)
        for (shared, own) in zip(together.features, alone.features).dropFirst(5) {
            guard let counted = shared.shared, case .window(let aggregate, let entity, let window) = own.kind else {
                Issue.record("\(shared.name) is not counted by the parties, or \(own.name) not by the member")
                continue
            }
            #expect(counted.entity == entity && counted.window == window)
            #expect((counted.signal == .frauds) == (aggregate == .frauds), "\(own.name)")
        }
        // Five counts are looked up: four windows whose frauds and rate share one, and the one of a month ago.
        let edges = together.features.map { $0.edges ?? [1, 2] }
        let counts = try #require(try BinnedSpec(spec: together, edges: edges).counts)
        #expect(counts.lookups.map(\.over) == [1, 3, 7, 21, 7].map { $0 * EventTime.day })
        #expect(counts.lookups.map(\.delay) == [7, 7, 7, 7, 28].map { $0 * EventTime.day })
        #expect(counts.bucket == 3 * 3600 && counts.slots == 1)
    }

    @Test("a feature without a delay has one of nothing")
    func delay() throws {
        try file.write("name: x\nfeatures:\n  - { name: a, kind: frauds, entity: terminal, over: 365d }\n")
        let spec = try readFeatureSpec(file: file.path)
        #expect(spec.features == [Feature(name: "a", kind: .frauds(.terminal, .init(days: 365, delayDays: 0)))])
    }
}
