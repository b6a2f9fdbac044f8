"""县域治理看板: whose pages these are, the frame, the page. Everything else is in pages/."""

import streamlit as st

if __name__ == "__main__":
    from pages.common import address, auth, downloads, fault, layout, login, navigation, panel

    fault.run_begins()
    account = auth.signed_in_account()
    page = navigation.pages_for(account, login.login_page, login.refused_page, login.unknown_page)
    address.settled()
    st.set_page_config(f"{page.title} · {navigation.PRODUCT}", navigation.ICON, layout="wide", initial_sidebar_state="collapsed")
    layout.page_scripts()
    panel.follow_click()
    layout.account_menu(account)
    downloads.none_offered()
    page.run()
else:  # ``streamlit run app.py``, by habit: Streamlit finds the line below, imports this file for it and so serves what server.py does
    from server import PARTS

    app = st.App(**PARTS)
