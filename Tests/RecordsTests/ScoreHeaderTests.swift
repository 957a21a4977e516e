import Foundation
import Records
import Testing

@Suite struct ScoreHeaderTests {
    @Test(arguments: [0, 1, 18, 1024] as [UInt32]) func sourcesAreWrittenAsGeneratedCodeWrites(steps: UInt32) throws {
        var header = WireScoreHeader()
        header.schema = 1
        header.party = 2
        header.member = "bank-a"
        header.steps = steps
        header.planDigest = Data(repeating: 7, count: 32)
        let sources = [
            SourcePosition(offset: 0), SourcePosition(partition: 1, offset: 127, index: 128),
            SourcePosition(partition: 300, offset: .max, index: 1 << 20), SourcePosition(offset: 1 << 35),
            SourcePosition(partition: 0, offset: -1, index: 0),
        ]
        let bytes = header.encoded(adding: sources)
        header.sources = sources.map(\.wire)
        #expect(bytes == header.encoded)
        #expect(WireScoreHeader(decoding: bytes)?.steps == steps)
        #expect(WireScoreHeader(decoding: bytes)?.sources.map { SourcePosition($0) } == sources)
        header.sources = []
        let refused = header.encoded(adding: sources, refused: sources.map { ($0, 20) })
        header.sources = sources.map(\.wire)
        header.refused = header.sources
        header.refusals = Data(repeating: 20, count: sources.count)
        #expect(refused == header.encoded)
    }
}
