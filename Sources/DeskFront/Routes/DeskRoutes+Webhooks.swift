import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records
import Webhooks

/// The endpoints that the feed is sent to.
extension DeskRoutes {
    var webhookRoutes: [DeskRoute] {
        [
            .get("/webhooks", needs: .manage, about: .nothing) { _, frame in try webhooks(frame) },
            .post("/add-webhook", needs: .manage, about: .nothing) { request, frame in try addWebhook(request, frame) },
            .post(
                "/webhooks/{}", needs: .manage,
                about: .object(missing: .webhookMissing) { request, _ in
                    let names = try service.webhooks?.endpoints().map(\.name) ?? []
                    return names.contains(request.call.place) ? .own : .missing
                }
            ) { request, frame in try changeWebhook(request, frame) },
        ]
    }

    private func webhooks(
        _ frame: PageFrame, _ status: HTTPResponseStatus = .ok, shown: (name: String, key: String)? = nil,
        trouble: String? = nil, typed: [String: String] = [:]
    ) throws -> Reply {
        guard let store = service.webhooks else {
            return Reply(page: frame.trouble(title: frame.text(.webhooks), advice: frame.text(.webhookOff)))
        }
        let entries = try store.endpoints().map { endpoint in
            WebhooksPage.Entry(
                endpoint: endpoint,
                waiting: try store.messages(of: endpoint.name, .waiting, limit: WebhooksPage.listed),
                givenUp: try store.messages(of: endpoint.name, .givenUp, limit: WebhooksPage.listed))
        }
        return Reply(
            status,
            page: WebhooksPage(frame: frame, entries: entries, shown: shown, trouble: trouble, typed: typed).html)
    }

    private func addWebhook(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let store = service.webhooks else { return try webhooks(frame) }
        let form = request.form ?? [:]
        func refused(_ words: String) throws -> Reply {
            try webhooks(frame, .unprocessableEntity, trouble: words, typed: form)
        }
        let name = form["name"] ?? ""
        guard WebhookEndpoint.isName(name) else {
            return try refused("name: 1 to 64 small letters, digits, - and _")
        }
        guard let kinds = WebhookEndpoint.Kinds(rawValue: form["kinds"] ?? "") else { return try refused("kinds") }
        do {
            let address = try WebhookAddress(form["url"] ?? "")
            if let fault = service.networks.fault(of: address) { throw fault }
            let filter = try QueueFilter(FormText.fields(form["query"] ?? "") ?? [("?", "?")])
            let secret = service.newSecret(pair: form["key"] == "v1a")
            try store.add(name, to: address, filter: filter, kinds: kinds, secret: secret)
            return try webhooks(frame, shown: (name, secret.receivers))
        } catch let fault as WebhookAddress.Fault {
            return try refused("url: \(fault)")
        } catch let fault as QueueFilter.Fault {
            return try refused("query: \(frame.text(fault.reason.phrase(of: fault.field)))")
        } catch let failure as WebhookStore.Failure {
            return try refused("name: \(failure)")
        }
    }

    /// Seconds that the key before signs beside a new one.
    private static let overlap: Int64 = 86_400

    private func changeWebhook(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let store = service.webhooks else { return try webhooks(frame) }
        let name = request.call.place
        do {
            switch request.form?["do"] {
            case "pause": try store.set(name, active: false)
            case "resume": try store.set(name, active: true)
            case "remove": try store.remove(name)
            case "resend": try store.resend(name)
            case "replay":
                guard let since = (request.form?["since"]).flatMap({ EventTime(rfc3339: $0) }) else {
                    return try webhooks(frame, .unprocessableEntity, trouble: "since: a time as 2026-01-31T00:00:00Z")
                }
                try store.replay(name, since: since.seconds * 1_000_000)
            case "rotate":
                guard let old = try store.endpoints().first(where: { $0.name == name })?.keys.last else {
                    throw WebhookStore.Failure.unknown
                }
                let secret = service.newSecret(pair: old.secret.version == "v1a")
                try store.rotate(name, to: secret, until: try service.now() + Self.overlap * 1_000_000)
                return try webhooks(frame, shown: (name, secret.receivers))
            default: return trouble(.badRequest, Trouble.unreadable, frame)
            }
        } catch let failure as WebhookStore.Failure {
            return try webhooks(frame, .notFound, trouble: "\(failure)")
        }
        return Reply(seeOther: "/webhooks")
    }
}
