import Foundation
import Model
import PipelineFiles
import Records
import Support
import Testing

@Suite("The consortium's terms in a feature spec, and files of bins")
struct FeatureTermsTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private static func spec(terms: String?, over: String = "7d", delay: String = "7d", kind: String = "frauds")
        -> String
    {
        "name: x\n" + (terms.map { "consortium: \($0)\n" } ?? "") + "features:\n  - { name: amount, kind: amount }\n"
            + "  - { name: shared, kind: \(kind), entity: terminal, scope: consortium, over: \(over), delay: \(delay) }\n"
    }

    private func mistake(_ text: String) throws -> String? {
        try file.mistake(text) { path in _ = try readFeatureSpec(file: path) }
    }

    @Test("are a day and a week where nothing is said")
    func usual() throws {
        try file.write(Self.spec(terms: nil))
        let spec = try readFeatureSpec(file: file.path)
        #expect(spec.terms == ConsortiumTerms(bucket: EventTime.day, labelDelay: 7 * EventTime.day))
        try file.write(Self.spec(terms: "{ bucket: 6h, label_delay: 0s }", over: "18h", delay: "6h"))
        #expect(try readFeatureSpec(file: file.path).terms == ConsortiumTerms(bucket: 21_600, labelDelay: 0))
    }

    @Test("have a spec without features of the consortium tell labels, where it has any")
    func labelsAlone() throws {
        let features = "features:\n  - { name: amount, kind: amount }\n"
        try file.write("name: x\n" + features)
        #expect(try !readFeatureSpec(file: file.path).tellsLabels)
        try file.write("name: x\nconsortium: { bucket: 6h, label_delay: 2d }\n" + features)
        let spec = try readFeatureSpec(file: file.path)
        #expect(spec.tellsLabels && spec.terms == ConsortiumTerms(bucket: 21_600, labelDelay: 172_800))
        let text = "name: x\nconsortium: { bucket: 90m, label_delay: 2d }\n" + features
        #expect(try mistake(text) == "2: consortium: `bucket` is whole hours, at most ten years")
    }

    private static let early =
        "the window of `shared` ends before it is known what was a fraud: its `delay` is at least "
        + "`label_delay`"

    private static let wrong: [(text: String, said: String)] = [
        (spec(terms: "{ bucket: 1d }"), "2: consortium: `label_delay` is missing"),
        (spec(terms: "{ label_delay: 7d }"), "2: consortium: `bucket` is missing"),
        (
            spec(terms: "{ bucket: 1d, label_delay: 7d, delay: 1d }"),
            "2: consortium: unknown key `delay`; known here: bucket, label_delay"
        ),
        (spec(terms: "{ bucket: 0h, label_delay: 7d }"), "2: consortium: `bucket` is whole hours, at most ten years"),
        (spec(terms: "{ bucket: 90m, label_delay: 7d }"), "2: consortium: `bucket` is whole hours, at most ten years"),
        (
            spec(terms: "{ bucket: 1d, label_delay: 5000d }"),
            "2: consortium: `label_delay` is a span of at most ten years"
        ),
        (
            spec(terms: "{ bucket: 1, label_delay: 7d }"),
            "2: consortium.bucket: a span such as 90s, 10m, 1h or 7d belongs here"
        ),
        (
            spec(terms: "{ bucket: 1d, label_delay: 7d }", over: "36h"),
            "2: consortium: `over` and `delay` of `shared` are whole buckets"
        ),
        (
            spec(terms: "{ bucket: 1d, label_delay: 7d }", delay: "180h"),
            "2: consortium: `over` and `delay` of `shared` are whole buckets"
        ),
        (spec(terms: "{ bucket: 1d, label_delay: 7d }", delay: "6d"), "2: consortium: \(early)"),
        // Without terms the whole file is meant.
        (spec(terms: nil, over: "36h"), "1: `over` and `delay` of `shared` are whole buckets"),
    ]

    @Test("are said to be wrong with their line", arguments: wrong)
    func mistakes(text: String, said: String) throws { #expect(try mistake(text) == said) }

    @Test("a count that is no secret need not wait for labels")
    func openCount() throws {
        let terms = "{ bucket: 1d, label_delay: 7d }"
        #expect(try mistake(Self.spec(terms: terms, delay: "1d", kind: "count")) == nil)
    }

    @Test("a file of bins reads back, and a mistake in one names the file")
    func bins() throws {
        let folder = try TemporaryFolder()
        let features = [Feature(name: "a", kind: .amount), Feature(name: "n", kind: .night)]
        let bins = try BinnedSpec(spec: FeatureSpec(name: "x", features: features), edges: [[1, 2.5], []])
        let path = folder.path("bins.json")
        try folder.write(Data(bins.json()), to: "bins.json")
        #expect(try readBins(path).id == bins.id)
        func said(_ text: String) throws -> String {
            try folder.write(text, to: "bins.json")
            do {
                _ = try readBins(path)
                return "nothing"
            } catch { return "\(error)" }
        }
        let text = String(decoding: bins.json(), as: UTF8.self)
        let malformed = "\(path): not a file of feature bins (JSON, cordon/feature-bins/v2)"
        for count in stride(from: 0, to: text.count - 2, by: 7) {
            #expect(try said(String(text.prefix(count))) == malformed)
        }
        #expect(try said(text.replacingOccurrences(of: "/v2", with: "/v3")) == malformed)
        #expect(
            try said(text.replacingOccurrences(of: "\"night\"", with: "\"nights\""))
                == "\(path): feature 2 of the feature bins is none that this version knows")
        #expect(
            try said(text.replacingOccurrences(of: "[1,2.5]", with: "[2.5,1]"))
                == "\(path): the edges of the feature bins are not ascending lists of at most 31 numbers, one a feature"
        )
        do { _ = try readBins(path + ".none") } catch { #expect("\(error)" == "\(path).none can't be read") }
    }

    @Test(
        "a spec's digest is 16 digits",
        arguments: [(0, "0000000000000000"), (255, "00000000000000ff"), (.max, "ffffffffffffffff")])
    func digest(id: UInt64, text: String) { #expect(specDigest(id) == text) }
}
