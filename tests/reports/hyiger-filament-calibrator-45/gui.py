import streamlit as st

from values import layers

st.write("layers: " + str(layers(2.0)))
