import NIOHTTP1

extension Problem {
    /// What the decoder says of bytes that are no request.
    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow: self.init(.headersTooLarge)
        default: self.init(.httpInvalid, error.meaning)
        }
    }
}

extension HTTPParserError {
    /// What is wrong, without what was sent; nil where the decoder does not say.
    fileprivate var meaning: String? {
        switch self {
        case .invalidEOFState: "the connection ended within the request"
        // The decoder pauses at HTTP/2's first line.
        case .invalidVersion, .paused: "the request line does not end in HTTP/1.0 or HTTP/1.1 and CR LF"
        case .invalidMethod: "the method is none of HTTP's"
        case .invalidURL: "the target has a character that no URI has"
        case .invalidConstant: "the target is followed by something else than HTTP/1.0 or HTTP/1.1"
        case .lfExpected: "a line does not end in CR LF"
        case .invalidHeaderToken: "a header's name or value has a character that none may have, or is folded"
        case .invalidContentLength, .unexpectedContentLength:
            "Content-Length is not one whole number, or comes with Transfer-Encoding"
        case .invalidChunkSize: "the size of a chunk is no hexadecimal number"
        case .strictModeAssertion: "a chunk does not end where its size says, or a line does not end in CR LF"
        default: nil
        }
    }
}
