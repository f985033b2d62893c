import ordered
ordered.seen.append('hook')
