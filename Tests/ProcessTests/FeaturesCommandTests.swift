import Foundation
import Support
import Testing

@Suite("cordon features")
struct FeaturesCommandTests {
    private func digest(_ said: String) -> Substring? { said.firstMatch(of: /digest ([0-9a-f]{16})/)?.1 }

    @Test("check says what a spec computes and how far it reaches back, or the mistake with its line")
    func check() throws {
        let folder = try TemporaryFolder()
        var (exit, said) = try Program.run(["features", "check", "pipelines/features/payments.yaml"], in: folder.url)
        #expect(exit == 0 && said.contains("payments, 29 features, reaching back 37 days"), "\(said)")
        let file = try folder.write("name: x\nfeatures:\n  - { name: a, kind: count, over: 1d }\n", to: "bad.yaml")
        (exit, said) = try Program.run(["features", "check", file], in: folder.url)
        #expect(exit != 0 && said.contains("bad.yaml:3: features[0]: `entity` is missing"), "\(said)")
    }

    @Test("fit learns bins that a model is trained on under the same digest, and an agent with others does not start")
    func fit() throws {
        let consortium = try TestConsortium()
        let folder = consortium.folder
        let data = ["--data", folder.path("data")]
        let fitted = folder.path("fitted.json")
        var (exit, said) = try Program.run(
            ["features", "fit", "pipelines/features/card.yaml", "--days", "2026-01-05..2026-01-10", "--out", fitted]
                + data,
            in: folder.url)
        try #require(exit == 0, "\(said)")
        let own = try #require(digest(said))
        (exit, said) = try Program.run(
            ["model", "train", "--bins", fitted, "--train", "2026-01-10..2026-01-16", "--out", folder.path("other")]
                + data,
            in: folder.url)
        try #require(exit == 0, "\(said)")
        (exit, said) = try Program.run(["features", "show", folder.path("other/bins.json")], in: folder.url)
        #expect(exit == 0 && digest(said) == own && said.contains("terminal_rate_30"), "\(said)")

        // The dealt model was trained on bins of its own.
        (exit, said) = try Program.run(["features", "show", folder.path("model/bins.json")], in: folder.url)
        let dealt = try #require(digest(said))
        #expect(dealt != own)
        (exit, said) = try Program.run(
            [
                "ingest", "--member", "bank-a", "--roster", consortium.roster, "--keys", folder.path("keys/bank-a"),
                "--log",
                consortium.logURL, "--state", folder.path("state"), "--bins", fitted,
            ], in: folder.url)
        #expect(exit != 0 && said.contains(own) && said.contains("model 1 is for \(dealt)"), "\(said)")
    }
}
