import HTTPFront
import Testing

@Suite("Transfer codings")
struct TransferCodingTests {
    @Test(
        "chunked alone is taken, whatever else is last is refused, and what else there is can't be read",
        arguments: [
            (["chunked"], nil), (["CHUNKED"], nil), ([" chunked\t"], nil), ([",chunked,"], nil),
            (["gzip, chunked"], "transfer_coding_unsupported"), (["x", "chunked"], "transfer_coding_unsupported"),
            (["chunked, gzip"], "http_invalid"), (["chunked", "gzip"], "http_invalid"), (["gzip"], "http_invalid"),
            (["identity"], "http_invalid"), ([""], "http_invalid"), (["chunked;a=b"], "http_invalid"),
            (["chunked, chunked"], "http_invalid"), (["chunked", "chunked"], "http_invalid"),
        ] as [([String], String?)])
    func problem(fields: [String], code: String?) { #expect(TransferCoding.problem(fields)?.code == code) }
}
