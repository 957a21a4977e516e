import Configuration
import EventLogs
import Ingest
import Model
import Records
import Testing

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
        #expect(policy.review == 0.1 && policy.decline == 0.5)
        #expect(try readMapping(file: ConfigurationFixture.committed("mappings/canonical.yaml")) == .canonical)
        let csv = try readMapping(file: ConfigurationFixture.committed("mappings/csv.yaml"))
        #expect(
            csv.format
                == .csv(
                    delimiter: UInt8(ascii: ","),
                    columns: [
                        "type", "id", "time", "customer", "terminal", "amount", "transaction", "fraud",
                    ]))
        for replay in ["handbook", "simulated"] {
            _ = try readReplay(file: ConfigurationFixture.committed("replays/\(replay).yaml"))
        }
        let plan = try ConsortiumPlan(file: ConfigurationFixture.committed("consortium.yaml"))
        #expect(plan.members.map(\.name) == ["bank-a", "bank-b", "bank-c"] && plan.parties.count == 3)
        let topics = try readTopics(file: ConfigurationFixture.committed("topics.yaml"), members: plan.members)
        let names = Set(topics.map(\.name))
        for topic in [Topics.sealed, Topics.sessions, Topics.manifests, Topics.rejected] {
            #expect(names.contains(topic))
        }
        for member in plan.members {
            #expect(names.contains(Topics.scores(member)) && names.contains(Topics.transactions(member)))
        }
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
            ("name: x\nfeatures:\n  - { name: a }\n", "3: features[0]: `kind` is missing"),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amounts }\n",
                "3: features[0].kind: unknown kind; known: amount, weekend, night, count, mean_amount, "
                    + "amount_over_mean, frauds, fraud_rate"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: amount,\n      days: 3 }\n",
                "4: features[0].days: `amount` has no window"
            ),
            ("name: x\nfeatures:\n  - { name: a, kind: count, days: 3 }\n", "3: features[0]: `entity` is missing"),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: shop, days: 3 }\n",
                "3: features[0].entity: customer or terminal belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer }\n",
                "3: features[0]: `days` is missing"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, days: 0 }\n",
                "3: features[0].days: a whole number from 1 to 365 belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, days: 1.5 }\n",
                "3: features[0].days: a whole number from 1 to 365 belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, days: 1, delay: -1 }\n",
                "3: features[0].delay: a whole number from 0 to 365 belongs here"
            ),
            (
                "name: x\nfeatures:\n  - { name: a, kind: count, entity: customer, day: 1 }\n",
                "3: features[0]: unknown key `day`; known here: name, kind, entity, days, delay"
            ),
        ])
    func features(text: String, mistake: String) throws {
        #expect(try file.mistake(text) { path in _ = try readFeatureSpec(file: path) } == mistake)
    }

    @Test("a feature without a delay has one of 0 days")
    func delay() throws {
        try file.write("name: x\nfeatures:\n  - { name: a, kind: frauds, entity: terminal, days: 365 }\n")
        let spec = try readFeatureSpec(file: file.path)
        #expect(spec.features == [Feature(name: "a", kind: .frauds(.terminal, .init(days: 365, delayDays: 0)))])
    }

    @Test(
        "policy: each mistake has its line",
        arguments: [
            ("review: 0.1\n", "1: `decline` is missing"), ("decline: 0.1\n", "1: `review` is missing"),
            ("review: 0.5\ndecline: 0.4\n", "2: decline: must not be below `review`"),
            ("review: -0.1\ndecline: 0.4\n", "1: review: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\ndecline: 50\n", "2: decline: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\ndecline: .nan\n", "2: decline: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\ndecline: .inf\n", "2: decline: a number from 0.0 to 1.0 belongs here"),
            ("review: often\ndecline: 1\n", "1: review: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\n\n# note\ndeclin: 1\n", "4: unknown key `declin`; known here: review, decline, fallback"),
        ])
    func policy(text: String, mistake: String) throws {
        #expect(try file.mistake(text) { path in _ = try readPolicy(file: path) } == mistake)
    }

    @Test("policy: whole numbers are numbers")
    func wholeNumbers() throws {
        try file.write("review: 0\ndecline: 1\n")
        #expect(try readPolicy(file: file.path) == (try DecisionPolicy(review: 0, decline: 1)))
    }
}
